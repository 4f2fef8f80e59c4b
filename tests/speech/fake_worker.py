"""Workers that fail on purpose: each line of the plan file is one start, and says what that one does.

good: answers with a silent clip · hangs: says nothing to the first order · dies: ends at the first order
killed: somebody ends it at the first order · mute: says nothing at all · babbles: answers no JSON
strays: answers another order · unusable: there is no voice here
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import wave
from pathlib import Path


def main() -> None:
    plan = Path(sys.argv[1])
    role, _, rest = plan.read_text().partition("\n")
    plan.write_text(rest or role)
    if role == "unusable":
        print(json.dumps({"unusable": "no voice on this computer"}), flush=True)
        return
    if role == "mute":
        threading.Event().wait()
    print(json.dumps({"ready": "fake"}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if role == "hangs":
            threading.Event().wait()
        if role == "dies":
            return
        if role == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if role == "babbles":
            print("Audio saved to /tmp/x.wav", flush=True)
            continue
        if order["out"] is not None:
            with wave.open(order["out"], "wb") as clip:
                clip.setparams((1, 2, 22_050, 0, "NONE", "not compressed"))
                clip.writeframes(bytes(2 * 22_050))
        print(json.dumps({"id": order["id"] + (role == "strays"), "seconds": 1.0}), flush=True)


if __name__ == "__main__":
    main()
