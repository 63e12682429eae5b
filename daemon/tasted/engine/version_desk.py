"""Which taste version decides, and how two compare: the engine's answers. Writes `chosen.json`.

What was chosen is written before it is published: an engine that is killed in between leaves a
choice that the next one publishes.
"""

from tasted.engine.assembly import Assembly
from tasted.engine.publishing import TastePublisher
from tasted.home.taste_versions import ERASED, TasteChoice, VersionRow
from tasted.judging.comparing import Compared
from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import EngineAnswer
from tasted.rpc.version_messages import (
    ChangedVerdict,
    CompareVersions,
    GoBack,
    UseVersion,
    VersionChosen,
    VersionRefused,
    VersionsCompared,
)
from tasted.system.faultpoints import reach

VersionRequest = UseVersion | GoBack | CompareVersions

_LIST_THEM = "List the versions with: tasted versions"


@dataclass(frozen=True, slots=True)
class _Target:
    """What is to decide."""

    row: VersionRow | None
    """None: the newest fit."""
    hold: bool


class VersionDesk:
    """Answers requests about versions.

    Args:
        publisher: publishes what was chosen.
    """

    def __init__(self, publisher: TastePublisher) -> None:
        self._publisher = publisher

    def answer(self, assembly: Assembly, request: VersionRequest) -> EngineAnswer:
        """Answer one request.

        Raises:
            ServiceFault: when the library or the versions cannot be read or written, or it is not
                known which references are present.
        """
        match request:
            case UseVersion():
                return self._use(assembly, request)
            case GoBack():
                return self._back(assembly)
            case CompareVersions():
                return _compare(assembly, request)

    def _use(self, assembly: Assembly, request: UseVersion) -> VersionChosen:
        if request.number is None:
            return self.choose(assembly, None)
        row = assembly.judge.versions.row(request.number)
        if row is not None and not request.hold and row.recipe.method == assembly.judge.follows:
            # its recipe is that of the newest, whatever is left of the version itself
            return self.choose(assembly, None)
        refused = _refusal(assembly, request.number, row)
        if refused is not None or row is None:
            return VersionChosen(refused=refused)
        # the formula has no fit that could be held
        mode = "hold" if request.hold and not row.is_seed else "follow"
        return self.choose(assembly, TasteChoice(mode, row.number))

    def _back(self, assembly: Assembly) -> VersionChosen:
        judge = assembly.judge
        ended = [row for row in judge.versions.rows() if row.in_force and not row.is_in_force]
        if not ended:
            return VersionChosen(
                refused=VersionRefused(
                    "no_former_version", "No other version has decided yet.", _LIST_THEM
                )
            )
        row = max(ended, key=lambda row: row.in_force[-1].until or "")
        refused = _refusal(assembly, row.number, row)
        if refused is not None:
            return VersionChosen(refused=refused)
        if row.recipe.method == judge.follows and (row.is_seed or judge.is_of_now(row)):
            return self.choose(assembly, None)
        return self.choose(assembly, TasteChoice("follow" if row.is_seed else "hold", row.number))

    def choose(self, assembly: Assembly, choice: TasteChoice | None) -> VersionChosen:
        """Keep what is to decide, and publish it.

        Args:
            assembly: of the home.
            choice: None: the newest fit, or what the settings ask for.

        Raises:
            ServiceFault: as `answer`.
        """
        before = self._publisher.published_before()
        assembly.judge.choose(choice)
        reach("learning.chosen")
        current = self._publisher.publish_again(assembly)
        return VersionChosen(
            current,
            before=before.taste if before is not None else None,
            was_held=before is not None and before.is_held,
        )


def _refusal(assembly: Assembly, number: int, row: VersionRow | None) -> VersionRefused | None:
    if row is None:
        return VersionRefused("unknown_version", f"There is no version v{number}.", _LIST_THEM)
    message = assembly.judge.refusal(row)
    if message is None:
        return None
    if row.kept == ERASED:
        return VersionRefused("version_erased", message, _LIST_THEM)
    return VersionRefused(
        "version_unusable", message, "Set the settings back with: tasted config edit"
    )


def _compare(assembly: Assembly, request: CompareVersions) -> VersionsCompared:
    judge = assembly.judge
    for number in (request.a, request.b):
        refused = _refusal(assembly, number, judge.versions.row(number))
        if refused is not None:
            return VersionsCompared(refused=refused)
    compared = judge.compare(request.a, request.b, request.contents)
    if compared is None:
        return VersionsCompared(
            refused=VersionRefused(
                "version_erased", "One of the versions cannot be fitted again.", _LIST_THEM
            )
        )
    return _answer(compared)


def _answer(compared: Compared) -> VersionsCompared:
    figures_a, figures_b = compared.figures
    return VersionsCompared(
        changed=tuple(
            ChangedVerdict(content, a.verdict.value, b.verdict.value, a.probability, b.probability)
            for content, (a, b) in compared.opinions.items()
            if a.verdict is not b.verdict
        ),
        compared=len(compared.opinions),
        figures_a=figures_a,
        figures_b=figures_b,
    )
