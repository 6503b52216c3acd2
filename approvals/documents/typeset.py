"""Runs typst once, in a process of its own: `python typeset.py TEMPLATE ISSUED FONT_FOLDER…`, data in, PDF out.

The typesetter keeps everything it ever worked out in memory and offers no way to forget it (about 100 MB for each
long document), so it must not live inside a server. This file knows nothing of approvals and imports no more than it
needs: it is the program of that process.
"""

import sys
from pathlib import Path
from typing import cast

import typst


def main() -> int:
    """Read JSON from standard input, write PDF to standard output; a message on standard error and 1 on failure."""
    template, issued, *font_folders = sys.argv[1:]
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(map(Path, font_folders))
    )
    data = sys.stdin.buffer.read().decode()
    compiler = typst.Compiler(
        Path(template).read_bytes(), font_paths=fonts, ignore_system_fonts=True, sys_inputs={"data": data}
    )
    try:
        pdf = compiler.compile(format="pdf", timestamp=int(issued))
    except typst.TypstError as error:
        sys.stderr.write(error.diagnostic)
        return 1
    sys.stdout.buffer.write(cast(bytes, pdf))
    return 0


if __name__ == "__main__":
    sys.exit(main())
