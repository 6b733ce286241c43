"""Run dpytest's own test suite against ``discordtest.dpytest``: ``python -m tests.dpytest_suite``.

The suite is in the source distribution of dpytest, which pip fetches into a temporary folder; ``--source`` takes one
that is there already. Nothing in it is changed but the import, and the tests that it skips are run too. Every test has
to pass, but for those that ask for what Discord refuses: they are in ``CONTRADICTED``, and have to fail.

Needs pytest and pytest-asyncio. Where no package index can be reached, the run is skipped and says so.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CONTRADICTED", "Contradiction", "main", "rewritten"]

RELEASE = "dpytest==0.7.0"
TESTS = 63  # of the release, two of which it skips
ROOT = Path(__file__).parents[1]
PATIENCE = 60  # seconds for pip, and for the tests


class Contradiction(NamedTuple):
    """What a test asks for, what Discord does instead, and where that is written."""

    asked: str
    instead: str
    source: str


#: test -> why it cannot pass on Discord
CONTRADICTED = {
    "test_create_channel::test_create_voice_channel": Contradiction(
        "a channel without a name, in a guild whose id is `Test Guild 0`",
        "`name` is required, and there is no guild of that id: 404 10004 Unknown Guild",
        "Create Guild Channel, JSON Params",
    ),
    "test_create_channel::test_make_voice_channel": Contradiction(
        "a voice channel with a bitrate of 100",
        "a bitrate is in bits per second, and at least 8000: 50035 Invalid Form Body",
        "Modify Channel, JSON Params (Guild channel)",
    ),
    "test_permissions::test_permission_setting": Contradiction(
        "Administrator for the bot by an overwrite of one channel",
        "Administrator counts in roles alone, and the channel denies Manage Roles: 403 50013 Missing Permissions",
        "Permissions, Permission Hierarchy and Permission Overwrites",
    ),
    "test_voice::test_move_member": Contradiction(
        "to move a member who is in no voice channel",
        "they are not connected to voice: 400 40032",
        "Modify Guild Member; Opcodes and Status Codes, JSON Error Codes",
    ),
}


def rewritten(source: str) -> str:
    """Return a module of the suite with our import in the place of dpytest's, and none of its tests skipped."""
    source = re.sub(r"\bdiscord\.ext\.test\b", "discordtest.dpytest", source)
    return re.sub(r"^@pytest\.mark\.skip\(.*\)\r?\n", "", source, flags=re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.dpytest_suite", description=__doc__)
    parser.add_argument("--source", type=Path, help="the source distribution, if it is there already")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        source = options.source or fetch(Path(folder))
        if source is None:
            return 0
        tests = unpack(source, Path(folder, "suite"))
        outcomes, text = run(tests)
    wrong = judge(outcomes)
    if wrong:
        print(text, *wrong, sep="\n")  # noqa: T201
    passed = sum(outcomes.values())
    listed = sum(not outcomes.get(name, True) for name in CONTRADICTED)
    print(f"{RELEASE}: {passed} of {len(outcomes)} tests pass, {listed} contradict Discord")  # noqa: T201
    return bool(wrong)


def fetch(folder: Path) -> Path | None:
    """Let pip fetch the source distribution; None where no package index can be reached."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    try:
        ended = subprocess.run(
            [*command, "--dest", str(folder), RELEASE], capture_output=True, text=True, timeout=PATIENCE
        )
        problem = ended.stderr if ended.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"pip did not answer within {PATIENCE} s"
    found = next(folder.glob("*.tar.gz"), None)
    if found is None:
        print(f"skipped: {RELEASE} cannot be fetched\n{problem}")  # noqa: T201
    return found


def unpack(source: Path, folder: Path) -> Path:
    """Unpack the tests of a source distribution (an archive or its folder), with our import; return where they are."""
    if source.is_dir():
        files = {path.relative_to(source.parent): path.read_bytes() for path in source.rglob("tests/**/*.*")}
    else:
        with tarfile.open(source) as archive:
            members = [member for member in archive if member.isfile()]
            files = {Path(member.name): archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]
    for path, content in files.items():
        if "tests" not in path.parts:
            continue
        target = folder.joinpath(*path.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(rewritten(content.decode()).encode() if path.suffix == ".py" else content)
    return folder


def run(folder: Path) -> tuple[dict[str, bool], str]:
    """Run a suite with pytest; return for each test whether it passed, and what pytest said."""
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junit-xml={report}",
        "tests",
    ]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    if not report.exists():
        raise SystemExit(f"pytest did not run:\n{ended.stdout}")
    cases = ElementTree.parse(report).iter("testcase")
    outcomes = {
        f"{case.get('classname', '').split('.')[-1]}::{case.get('name')}": not len(case) for case in cases
    }
    return outcomes, ended.stdout


def judge(outcomes: dict[str, bool]) -> list[str]:
    """Return what is not as it should be."""
    wrong = [f"{name} fails" for name, passed in outcomes.items() if not passed and name not in CONTRADICTED]
    wrong += [f"{name} passes: it is no contradiction" for name in CONTRADICTED if outcomes.get(name)]
    wrong += [f"{name} was not run" for name in CONTRADICTED if name not in outcomes]
    if len(outcomes) != TESTS:
        wrong.append(f"{len(outcomes)} tests ran, not {TESTS}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
