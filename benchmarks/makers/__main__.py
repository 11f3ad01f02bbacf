"""Pages of other makers than the benchmark's own: tables as browsers and office programs print them, with truths.

    python -m benchmarks.makers OUT                                   two pages of every kind by every maker
    python -m benchmarks.makers OUT --maker excel --kind income       one maker, one kind
    python -m benchmarks.makers OUT --damage fax --damage photocopy   other damages than the usual light ones
    python -m benchmarks.makers.score OUT                             reads them, and counts what is wrong

OUT gets <name>.png, .jpg or .tif and <name>.html of every page, and pages.jsonl, which says how each was made. Printing
needs Chromium and LibreOffice, and Chinese typefaces (on Debian: chromium libreoffice-calc libreoffice-writer
fonts-wqy-zenhei fonts-wqy-microhei fonts-arphic-ukai fonts-arphic-uming fonts-arphic-gbsn00lp fonts-arphic-gkai00mp
fonts-noto-cjk fonts-liberation). The same seed gives the same pages with the same programs and typefaces, and
the same pages whatever their damage. The damages called augraphy-... want AUGRAPHY_PYTHON (see augraphy_damage.py).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tqdm import tqdm

from benchmarks.makers.contents import KINDS
from benchmarks.makers.damage import DAMAGES, missing_damages
from benchmarks.makers.pages import MAKERS, USUAL, make_page, missing_makers, page_specs, write_page
from benchmarks.makers.printing import Unprintable, missing_typefaces


def main() -> None:
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    missing = missing_makers(arguments.maker or MAKERS)
    for maker, reason in missing.items():
        print(f"no pages by {maker}: {reason}")
    for name in missing_typefaces():
        print(f"no page in {name}: not on this machine")
    kinds, damages = arguments.kind or list(KINDS), arguments.damage or USUAL
    undone = missing_damages(damages)
    for name, reason in undone.items():
        print(f"no pages damaged by {name}: {reason}")
    damages = [name for name in damages if name not in undone]
    makers = [maker for maker in arguments.maker or MAKERS if maker not in missing]
    if not damages:
        return
    specs = page_specs(makers, kinds, arguments.pages, arguments.seed, damages, arguments.half)
    known = []
    for spec in tqdm(specs, unit="page", disable=None):
        try:
            known.append(write_page(spec, make_page(spec), arguments.out))
        except Unprintable as reason:
            print(f"{spec.name} left out: {reason}")
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in known)
    (arguments.out / "pages.jsonl").write_text("".join(lines), encoding="utf-8")
    print(f"{len(known)} pages in {arguments.out}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--maker", action="append", choices=MAKERS)
    parser.add_argument("--kind", action="append", choices=KINDS, metavar="NAME", help=f"one of: {', '.join(KINDS)}")
    parser.add_argument("--damage", action="append", choices=DAMAGES)
    parser.add_argument("--pages", type=int, default=2, help="pages of every kind by every maker (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--half", type=int, choices=(0, 1), help="half of the words and typefaces; sets 0 and 1 share none"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
