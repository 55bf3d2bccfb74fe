"""Files that every later version must still be able to read; `make.py` writes them."""

from pathlib import Path

STATES = Path(__file__).resolve().parent / "states"
DATABASES = Path(__file__).resolve().parent / "databases"
