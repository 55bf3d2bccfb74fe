"""How large a file may be, in bytes, depth and elements, and what is said of a larger one."""

from typing import Final

from engine.bpmn.findings import Rule, Severity, Text

MAX_BYTES: Final = 5 * 2**20
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 20_000
MAX_ATTRIBUTES: Final = 500
"""Of one element."""
MAX_EXPRESSIONS: Final = 300_000
"""Characters of all texts with expressions in them, which take the longest to read."""
MAX_INSTANCES: Final = 1_000
"""Of one activity at once."""
MAX_LEVELS: Final = 40
"""Of sub-processes in each other, a loop marker counting as one more."""

TOO_LARGE = Rule(
    "file-too-large",
    Severity.ERROR,
    Text(
        id="Berkas ini {size} byte; paling besar {limit} byte.",
        en="The file has {size} bytes; {limit} are allowed.",
    ),
    Text(
        id="Keluarkan gambar dan isian besar dari diagram, atau bagi menjadi beberapa proses.",
        en="Take pictures and large texts out of the diagram, or divide it into several processes.",
    ),
)
TOO_DEEP = Rule(
    "too-deep",
    Severity.ERROR,
    Text(
        id="Elemen bersarang lebih dari {limit} tingkat.",
        en="Elements are nested more than {limit} deep.",
    ),
    Text(
        id="Simpan ulang diagram di pemodel BPMN.",
        en="Save the diagram again in a BPMN modeler.",
    ),
)
TOO_MANY_ATTRIBUTES = Rule(
    "too-many-attributes",
    Severity.ERROR,
    Text(
        id="Elemen ini punya lebih dari {limit} atribut.",
        en="This element has more than {limit} attributes.",
    ),
    Text(
        id="Simpan ulang diagram di pemodel BPMN.",
        en="Save the diagram again in a BPMN modeler.",
    ),
)
TOO_MANY_EXPRESSIONS = Rule(
    "too-many-expressions",
    Severity.ERROR,
    Text(
        id="Ekspresi di berkas ini lebih dari {limit} karakter.",
        en="The expressions in this file have more than {limit} characters.",
    ),
    Text(
        id="Bagi diagram menjadi beberapa proses.",
        en="Divide the diagram into several processes.",
    ),
)
TOO_MANY_LEVELS = Rule(
    "sub-processes-too-deep",
    Severity.ERROR,
    Text(
        id="Subproses bersarang lebih dari {limit} tingkat (penanda ulang ikut dihitung).",
        en="Sub-processes are nested more than {limit} deep, loop markers counted.",
    ),
    Text(
        id="Pindahkan bagian dalam ke proses sendiri yang dipanggil.",
        en="Put the inner part into a process of its own that is called.",
    ),
)
TOO_MANY_ELEMENTS = Rule(
    "too-many-elements",
    Severity.ERROR,
    Text(
        id="Berkas ini memuat lebih dari {limit} elemen.",
        en="The file has more than {limit} elements.",
    ),
    Text(
        id="Bagi diagram menjadi beberapa proses.",
        en="Divide the diagram into several processes.",
    ),
)
