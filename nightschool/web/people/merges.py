"""Two learners, or two teachers, that are one person: chosen, compared, put together, and taken apart again."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.people import merges as actions
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.people import PersonKind
from nightschool.queries.people import merges as queries
from nightschool.queries.people.merges import Side
from nightschool.rules.access import KEEPERS, may
from nightschool.rules.people.merges import (
    FIELDS,
    UNDO_FOR,
    field_word,
    likeness_word,
    tell_not_put_back,
    tell_overlap,
    tell_refused_merge,
)
from nightschool.rules.regions import Level, is_inside, level_of
from nightschool.texts import _
from nightschool.web.people.merges_form import MergeForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today, writing
from nightschool.web.site.listings import LONGEST_QUERY
from nightschool.web.site.records import BAD_INPUT, CLASH, look_up

bp = Blueprint("merges", __name__)


@dataclass(frozen=True)
class People:
    """Learners or teachers: which addresses and fields are theirs."""

    code: str
    verb: str
    fields: dict[str, str]

    @property
    def is_learner(self) -> bool:
        return self.code == PersonKind.LEARNER

    def page(self, public_id: str) -> str:
        """The record's own page."""
        return url_for(f"{self.code}s.edit", **{self.code: public_id})

    def step(self, name: str, public_id: str, **more: str) -> str:
        """The address of one of the steps below for this record."""
        return url_for(f"merges.{name}_{self.code}", **{self.code: public_id}, **more)

    def compare(self, public_id: str, other: str, **query: str) -> str:
        """The two side by side."""
        return self.step("compare", public_id, **{f"other_{self.code}": other}, **query)


def _add_views(kind: People) -> None:
    """Each kind has addresses of its own, which name its records: by that it is known who may be here."""
    code, address = kind.code, f"/{kind.code}s/<public_id:{kind.code}>"

    @bp.get(f"{address}/same", endpoint=f"choose_{code}")
    @allows(kind.verb)
    def choose(**named: str) -> Any:
        return _choose(kind, named[code])

    @bp.route(f"{address}/same/<public_id:other_{code}>", methods=["GET", "POST"], endpoint=f"compare_{code}")
    @allows(kind.verb)
    def compare(**named: str) -> Any:
        return _compare(kind, named[code], named[f"other_{code}"])

    @bp.get(f"{address}/merged", endpoint=f"merged_{code}")
    @allows(kind.verb)
    def merged(**named: str) -> Any:
        return _merged(kind, named[code])

    @bp.post(f"{address}/merged/undo", endpoint=f"undo_{code}")
    @allows(kind.verb)
    def undo(**named: str) -> Any:
        return _undo(kind, named[code])


for each in (PersonKind.LEARNER, PersonKind.TEACHER):
    _add_views(People(each, KEEPERS[each], FIELDS[each]))


def _choose(kind: People, public_id: str) -> Any:
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    choice = look_up(queries.same_as, kind.code, public_id, query=query, below=_keeps_a_region())
    if choice.side.is_merged:
        return redirect(kind.step("merged", public_id), 303)
    return render_template(
        "people/merges/choose.html", kind=kind, choice=choice, query=query, likeness_word=likeness_word
    )


def _compare(kind: People, public_id: str, other: str) -> Any:
    sides = _sides(kind, public_id, other)
    keep = str(request.values.get("keep", ""))
    kept, gone = _who_stays(kind, sides, keep)
    form = MergeForm()
    told, status = "", 200
    if form.is_submitted():
        if form.keep.data != kept.public_id:
            return _side_by_side(kind, public_id, kept, gone, status=BAD_INPUT)
        try:
            with writing() as db:
                actions.merge_people(
                    db,
                    kind=kind.code,
                    kept=kept.public_id,
                    merged=gone.public_id,
                    seen=form.versions,
                    by=actor(),
                    now=now(),
                )
            return redirect(kind.step("merged", gone.public_id), 303)
        except Refused as refused:
            told, status = tell_refused_merge(refused, today=today()), CLASH
        except StaleRecord:
            told, status = _("还没并：你打开以后，有人改过其中一位。再对一遍，没问题再按一次。"), CLASH
            kept, gone = _who_stays(kind, _sides(kind, public_id, other), keep)
    return _side_by_side(kind, public_id, kept, gone, told=told, status=status)


def _side_by_side(
    kind: People, public_id: str, kept: Side, gone: Side, *, told: str = "", status: int = 200
) -> Any:
    fills = may(actor(), kind.verb, kept.region_code)
    compared = look_up(queries.comparison, kind.code, kept.public_id, gone.public_id, fills=fills)
    page = render_template(
        "people/merges/compare.html",
        kind=kind,
        found=compared,
        public_id=public_id,
        told=told or (tell_overlap(compared.overlap, today=today()) if compared.overlap else ""),
        is_barred=compared.overlap is not None or compared.kept.is_merged or compared.merged.is_merged,
        may_swap=_may_go(kind, kept, gone),
        field_word=field_word,
        seen=f"{compared.kept.version}.{compared.merged.version}",
    )
    return page, status


def _merged(kind: People, public_id: str) -> Any:
    with reading() as db:
        merge = queries.merge_of(db, kind.code, public_id)
    if merge is None:
        return redirect(kind.page(public_id), 303)
    return render_template(
        "people/merges/merged.html",
        kind=kind,
        merge=merge,
        can_undo=now().is_within(UNDO_FOR, merge.merged_at),
    )


def _undo(kind: People, public_id: str) -> Any:
    with reading() as db:
        merge = queries.merge_of(db, kind.code, public_id)
    try:
        with writing() as db:
            stays = actions.undo_merge(db, kind=kind.code, merged=public_id, by=actor(), now=now())
    except Refused as refused:
        flash(tell_refused_merge(refused, today=today()), "alarm")
        return redirect(kind.step("merged", public_id), 303)
    if merge is not None:
        flash(_("撤回了：%(one)s和%(other)s又是两位。", one=merge.kept_name, other=merge.merged_name))
        for sentence in tell_not_put_back(stays, kept=merge.kept_name):
            flash(sentence)
    return redirect(kind.page(public_id), 303)


def _sides(kind: People, public_id: str, other: str) -> tuple[Side, Side]:
    """Both records; the other only where it may be known here, else it is not there."""
    compared = look_up(queries.comparison, kind.code, public_id, other)
    if not _may_know(kind, compared.kept, compared.merged):
        raise NotFound
    return compared.kept, compared.merged


def _may_know(kind: People, own: Side, other: Side) -> bool:
    if kind.is_learner:
        return own.region_code == other.region_code
    return is_inside(own.region_code, other.region_code) or may(actor(), kind.verb, other.region_code)


def _may_go(kind: People, gone: Side, kept: Side) -> bool:
    """Whether the first record may go into the second."""
    return (
        is_inside(gone.region_code, kept.region_code)
        and may(actor(), kind.verb, gone.region_code)
        and (gone.is_retired or not kept.is_retired)
    )


def _who_stays(kind: People, sides: tuple[Side, Side], keep: str) -> tuple[Side, Side]:
    """(kept, merged): as was asked where that may be, else the one with more behind it."""
    own, other = sides
    more = sorted(sides, key=lambda side: (-side.sessions, side.id))
    wanted = [side for side in sides if side.public_id == keep]
    for kept in (*wanted, *more):
        gone = other if kept is own else own
        if _may_go(kind, gone, kept):
            return kept, gone
    return own, other


def _keeps_a_region() -> bool:
    """Whether this person keeps teachers beyond a single village."""
    posts = actor().posts_for("keep_teachers")
    return any(post.region_code is None or level_of(post.region_code) is not Level.VILLAGE for post in posts)
