"""Names of columns by their role, in logs of others: the surest first."""

from __future__ import annotations

import re
from collections.abc import Mapping


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES_OF_ROLES: Mapping[str, tuple[str, ...]] = {
    "user": _names("""
        userid user distinctid personid person visitorid visitor customerid customer memberid member studentid student
        learnerid learner accountid account profileid playerid player subscriberid subscriber patientid patient
        employeeid employee readerid viewerid actorid actor uid useruuid userpseudoid anonymousid clientid cookieid
        cookie deviceid caseconceptname caseid username login email useremail authorid author ownerid owner src srcid
        sender senderid fromid who"""),
    "device": _names("deviceid anonymousid userpseudoid clientid cookieid cookie"),
    "time": _names("""
        time eventtime timestamp eventtimestamp ts datetime eventdatetime timestampms timems timestamputc utctime
        occurredat occurred happenedat createdat created creationdate creationtime createddate createdtime unixts
        unixtime unixtimestamp epoch epochms starttime startedat start begin begintime timetimestamp clienttime
        localtime servertime receivedat loggedat logtime when at date eventdate day"""),
    "type": _names("""
        eventtype eventname event eventaction action actionname actiontype activity activityname activitytype
        conceptname verb behavior behaviortype behaviour interaction interactiontype operation kind type name
        category"""),
    "session": _names("""
        sessionid session usersession visitid visit sessionuuid gasessionid sessionkey"""),
    "id": _names("insertid eventid messageid uuid eventuuid eventguid id rowid recordid guid"),
}
"""Role → names that mean it, without case and signs (`student_Id` is `studentid`)."""
HOLDERS: Mapping[str, tuple[str, ...]] = {
    "ep": _names("""
        eventproperties properties props eventprops eventparams eventdata eventattributes params parameters attributes
        payload"""),
    "up": _names("""
        userproperties userprops usertraits userattributes personproperties peopleproperties profileproperties
        traits"""),
}
"""Common column → names of what holds properties of events, or of people, the surest first."""
SURE_IDS = frozenset(_names("insertid messageid uuid eventid eventuuid eventguid"))
"""Names of ids of events that may repeat now and then, as senders do who try again."""

_IDS = frozenset(
    name for role in ("user", "device", "session", "id") for name in NAMES_OF_ROLES[role]
)


def plain(name: str) -> str:
    """Return a column's name without case and signs: `student_Id` is `studentid`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def rank(role: str, name: str) -> int | None:
    """Return how surely a name means a role, the surest 0; None where it does not."""
    listed = NAMES_OF_ROLES[role]
    whole = plain(name)
    if whole in listed:
        return listed.index(whole)
    # A member of an object: `actor.id` is the actor's, `context.timestamp` a timestamp.
    *_, last = name.split(".")
    return (
        len(listed) + listed.index(plain(last))
        if last != name and plain(last) in listed
        else None
    )


_VERSIONS = re.compile(
    r"(?:^|[^A-Za-z])(?:version|ver|release)(?:$|[^A-Za-z])|[a-z](?:Version|Release)(?![a-z])",
)


def is_like_versions(name: str) -> bool:
    """Return whether a column is called as versions are: 1.10 comes behind 1.9 there, and is no number."""
    return bool(_VERSIONS.search(name) or _VERSIONS.search(name.lower()))


def is_like_ids(name: str) -> bool:
    """Return whether a column, or a member of an object, is called as ids are."""
    return bool({plain(name), plain(name.rsplit(".", maxsplit=1)[-1])} & _IDS)
