"""The parent's end of the voice worker."""

from __future__ import annotations

import sys
from pathlib import Path

from server.child import SILENCE, STARTING, Child, ChildFault, Killed, Lost, Unusable

__all__ = ["SILENCE", "STARTING", "NoVoice", "VoiceFault", "VoiceKilled", "VoiceLost", "Worker", "command"]

VoiceFault = ChildFault
NoVoice = Unusable
"""There is none for this: not installed, no such language, or it refused this text."""
VoiceLost = Lost
"""It crashed or hung in the middle; another attempt may do."""

VoiceKilled = Killed
"""Somebody ended it, whatever it was saying."""


class Worker(Child):
    """The voice, started at the first call and again after each loss."""

    name = "the voice worker"


def command(scratch: Path) -> tuple[str, ...]:
    """How the worker is started; `scratch` is a folder for the sounds that it is about to join."""
    return (sys.executable, "-m", "server.speech.worker", str(scratch))
