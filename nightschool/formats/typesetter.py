"""Sets one paper, in a process of its own that `pdf` starts: what is asked for comes in as JSON, a PDF goes out.

It knows nothing of the night school, so that whatever a template or a font makes it do ends with it.
"""

import json
import sys

from nightschool.formats.child import limit


def set_paper() -> None:
    """Reads from standard input, writes to standard output; ends with 1 where the paper cannot be set."""
    asked = json.load(sys.stdin.buffer)
    limit(seconds=asked["most_seconds"], size=asked["most_bytes"])
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=asked["font_folders"]
    )
    # What people typed goes in as data alone, and so is never read as the language of the template.
    compiler = typst.Compiler(
        asked["template"],
        root=asked["root"],
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": asked["data"], "blank": asked["blank"]},
    )
    sys.stdout.buffer.write(compiler.compile(format="pdf", pdf_tags=False))


if __name__ == "__main__":
    set_paper()
