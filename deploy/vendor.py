"""Copies the pages' fonts, icons and libraries into the tree, by package name and exact version.

`make vendor` runs it; nobody needs it to run an office, since what it writes is committed.
Versions and hashes stand in requirements/vendor/package-lock.json. To take a newer one: edit
package.json there, `make lock`, `make vendor`, look at the screens, commit.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "server" / "web" / "static"
LOCK = ROOT / "requirements" / "vendor"
WEIGHTS = {"400": "regular", "700": "bold"}

# The symbols that the screens may use, by Lucide's names (id of the symbol = name).
ICONS = """
    a-large-small accessibility armchair arrow-down arrow-left arrow-left-right arrow-right arrow-up
    arrow-up-right baby badge-check ban banknote bell bell-off bell-ring briefcase building-2
    calendar calendar-clock calendar-days car chart-column check chevron-down chevron-left
    chevron-right chevron-up circle-alert circle-check circle-help circle-question-mark circle-x
    clock coffee contrast copy corner-up-left credit-card database door-closed door-open download
    ear ellipsis eye eye-off file-check file-text footprints globe graduation-cap hand headphones
    heart-handshake heart-pulse help-circle history home hospital hourglass house id-card info
    key-round keyboard landmark languages layout-dashboard link list-filter lock lock-open log-in
    log-out map-pin megaphone menu message-square minus monitor moon moon-star pause pencil
    person-standing phone play plug-zap plus printer printer-check qr-code receipt refresh-cw
    repeat rotate-ccw scale scroll-text search send settings shield-check siren skip-forward
    sliders-horizontal smartphone square stamp stethoscope sun syringe tablet ticket ticket-check
    timer trash-2 trending-up triangle-alert tv type undo-2 unplug upload user user-check user-cog
    user-plus user-x users users-round utensils volume-2 volume-x wifi wifi-off x
""".split()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="giliran-vendor-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(LOCK / name, work)
        subprocess.run(["npm", "ci"], cwd=work, check=True)
        modules = work / "node_modules"
        copy_socket_io(modules / "socket.io-client")
        copy_uplot(modules / "uplot")
        copy_axe(modules / "axe-core")
        copy_fonts(modules / "@fontsource")
        draw_icons(modules / "lucide-static")


def version(package: Path) -> str:
    return str(json.loads((package / "package.json").read_text())["version"])


def empty(folder: Path, pattern: str) -> None:
    """Leave no older version of the same thing beside the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(pattern):
        old.unlink()


def copy_socket_io(package: Path) -> None:
    target = STATIC / "vendor"
    empty(target, "socket.io-client-*")
    name = f"socket.io-client-{version(package)}"
    script = (package / "dist" / "socket.io.esm.min.js").read_text()
    # The source map is not shipped: a browser would ask for it in vain.
    script = re.sub(r"\n//# sourceMappingURL=.*\s*\Z", "\n", script)
    (target / f"{name}.esm.min.js").write_text(script)
    shutil.copyfile(package / "LICENSE", target / f"{name}.LICENSE.txt")


def copy_uplot(package: Path) -> None:
    target = STATIC / "vendor"
    empty(target, "uplot-*")
    name = f"uplot-{version(package)}"
    script = (package / "dist" / "uPlot.iife.min.js").read_text()
    (target / f"{name}.esm.min.js").write_text(f"{script.rstrip()}\nexport default uPlot;\n")  # a module as all others
    shutil.copyfile(package / "dist" / "uPlot.min.css", target / f"{name}.min.css")
    shutil.copyfile(package / "LICENSE", target / f"{name}.LICENSE.txt")


def copy_axe(package: Path) -> None:
    target = ROOT / "tests" / "vendor"
    empty(target, "axe-core-*")
    name = f"axe-core-{version(package)}"
    shutil.copyfile(package / "axe.min.js", target / f"{name}.min.js")
    shutil.copyfile(package / "LICENSE", target / f"{name}.LICENSE.txt")


def copy_fonts(fontsource: Path) -> None:
    target = STATIC / "fonts"
    empty(target, "*")
    for family, subset in (
        ("atkinson-hyperlegible", "latin"),
        ("noto-sans-sc", "chinese-simplified"),
        ("noto-sans-tamil", "tamil"),
    ):
        package = fontsource / family
        name = f"{family}-{version(package)}"
        for weight, word in WEIGHTS.items():
            source = package / "files" / f"{family}-{subset}-{weight}-normal.woff2"
            destination = target / f"{name}-{word}.woff2"
            if family == "noto-sans-sc":
                keep_common_chinese(source, destination)
            else:
                shutil.copyfile(source, destination)
        shutil.copyfile(package / "LICENSE", target / f"{name}.LICENSE.txt")


def keep_common_chinese(source: Path, destination: Path) -> None:
    """The 3,755 commonest characters (GB 2312, level 1), punctuation, and every one that our own words use."""
    wanted = {chr(code) for code in (*range(0x20, 0x7F), *range(0x3000, 0x3020), *range(0xFF00, 0xFF5F))}
    wanted |= set("·×—–‘’“”…￥")  # what printed Chinese uses beside its characters
    for row in range(0xB0, 0xD8):
        wanted |= set(bytes(b for cell in range(0xA1, 0xFF) for b in (row, cell)).decode("gb2312", "ignore"))
    for words in sorted((ROOT / "config").rglob("*.toml")):
        text = words.read_text(encoding="utf-8")
        tomllib.loads(text)  # a broken file must not silently lose its characters
        wanted |= {character for character in text if ord(character) > 0x7F}
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write("".join(sorted(wanted)))
        listed.flush()
        subset = Path(sys.executable).with_name("pyftsubset")
        subprocess.run(
            [
                subset,
                source,
                f"--text-file={listed.name}",
                "--flavor=woff2",
                "--layout-features=*",
                f"--output-file={destination}",
            ],
            check=True,
        )


def draw_icons(package: Path) -> None:
    """One sprite: <use href="/static/web/icons.svg#clock">. Lines take the colour of the text around them."""
    symbols = []
    for name in ICONS:
        drawing = (package / "icons" / f"{name}.svg").read_text()
        inside = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
        if inside is None:
            raise SystemExit(f"{name}.svg is not a drawing")
        lines = " ".join(inside.group(1).split()).replace(" />", "/>").replace("> <", "><")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{lines}</symbol>')
    licence = f"Lucide {version(package)}, ISC licence, parts from Feather, MIT licence: icons.LICENSE.txt"
    sprite = "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="2" '
            'stroke-linecap="round" stroke-linejoin="round">',
            f"<!-- {licence} -->",
            *symbols,
            "</svg>",
            "",
        ]
    )
    (STATIC / "icons.svg").write_text(sprite)
    shutil.copyfile(package / "LICENSE", STATIC / "icons.LICENSE.txt")


if __name__ == "__main__":
    main()
