"""Whether the history of answers says what the label folders say. Reads `.tasted/feedback`.

By rules of its own: the lines are JSON, and are counted here.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chaos.evidence import Evidence

_FOLDERS = {"like": "liked", "reject": "rejected"}


def read_answers(folder: Path) -> list[dict[str, Any]]:
    """Return the events of a log, in their order.

    Raises:
        ValueError: when a line is no JSON.
    """
    segments = sorted(folder.glob("*.jsonl"), key=lambda segment: int(segment.stem))
    return [json.loads(line) for segment in segments for line in segment.read_bytes().splitlines()]


def wrong_answers(folder: Path, evidence: Evidence) -> list[str]:
    """Return a sentence for each answer that was lost, doubled or is not what the folders say.

    A picture in both folders is no answer, and one that could not be learnt may be none.
    """
    try:
        events = read_answers(folder)
    except ValueError as error:
        return [f"a line of the answers is damaged: {error}"]
    sentences = [f"an answer waits: {file.name}" for file in folder.glob("incoming/[!.]*")]
    ids = [event["id"] for event in events]
    if len(ids) != len(set(ids)):
        sentences.append(f"{len(ids) - len(set(ids))} answers are there twice")
    seqs = [event["seq"] for event in events]
    if seqs != sorted(set(seqs)):
        sentences.append("the numbers of the answers do not rise")
    return [*sentences, *_disagreeing(_standing(events), evidence)]


def _disagreeing(said: Mapping[str, str], evidence: Evidence) -> list[str]:
    sentences: list[str] = []
    learnt = {
        sidecar.path for sidecar in evidence.sidecars if sidecar.document["status"] == "learnt"
    }
    seen: dict[str, set[str]] = defaultdict(set)
    for path, file in evidence.files.items():
        if file.teaches:
            seen[file.content].add(path.partition("/")[0] if path in learnt else "?")
    for content in said.keys() | seen.keys():
        folders = seen.get(content, set())
        if len(folders) > 1 or "?" in folders:
            continue
        there = next(iter(folders), None)
        if said.get(content) != there:
            sentences.append(f"{content} is {there} by the folders, {said.get(content)} by the log")
    return sentences


def _standing(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the label of each picture that the events leave it with."""
    given: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for event in events:
        for content in event.get("photos") or [event.get("content")]:
            if event["kind"] == "judge":
                given[content].append((event["id"], _FOLDERS[event["answer"]]))
            elif event["kind"] == "undo":
                undone = event.get("undoes")
                given[content] = [
                    entry for entry in given[content] if undone is not None and undone != entry[0]
                ]
    return {content: entries[-1][1] for content, entries in given.items() if entries}
