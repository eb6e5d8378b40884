"""Where things are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
SANDBOX = ROOT / ".sandbox"
BUILD = ROOT / ".build"
DEFAULT_SCENARIO = ROOT / "sandbox" / "scenarios" / "default.yaml"

SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
EMULATOR_BIN = ROOT / ".tools" / "emulator" / "bin"
EMULATOR_SERVER = ROOT / "tools" / "emulator" / "serve.py"
