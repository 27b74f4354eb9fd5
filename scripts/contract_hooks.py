"""Schemathesis finds real cases, its own and other people's, and fails on an answer that tells of another's customer.

Read by schemathesis as SCHEMATHESIS_HOOKS. AMENDS_AT is the server, AMENDS_KEYS the keys of its people as JSON,
AMENDS_AS the one whose key is tried.
"""

import itertools
import json
import os
import urllib.request

import schemathesis
from schemathesis import GenerationMode

AT = os.environ["AMENDS_AT"]
KEYS = json.loads(os.environ["AMENDS_KEYS"])
WHO = os.environ["AMENDS_AS"]
# What only those who may read a case can know of it. An AI agent may read no case that it has nothing to do with.
OF_OTHERS = "the marker of a customer of somebody else"
OF_ANOTHER_BUSINESS = "the marker of a customer of another business"


def ask(who, method, path, body=None):
    request = urllib.request.Request(
        AT + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + KEYS[who], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def new_case(who, request, words):
    case = ask(who, "POST", "/v1/cases", {"request": request, "customer": "c_1001"})["case"]
    ask(who, "POST", f"/v1/cases/{case}/customer-words", {"words": words})
    return case


def with_parts(who, case):
    """A consult and a promise on a case, and whatever else may be named in a path."""
    at = f"/v1/cases/{case}"
    if who != "ada":
        ask(who, "POST", at + "/consults", {"department": "stores", "words": "is it so?"})
        ask(who, "POST", at + "/promises", {"words": "we call back", "due": "2099-01-01T10:00:00Z"})
    shown = ask(who, "GET", at)
    first = lambda name: [part["id"] for part in shown[name]][:1]
    return {"consult": first("consults"), "promise": first("promises")}


OWN = new_case(WHO, "returns", "words of our own customer")
CASES = [OWN, new_case("zoe", "returns", OF_OTHERS), new_case("rob", "late_return", OF_ANOTHER_BUSINESS)]
PARTS = with_parts(WHO, OWN)
TURN = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or not case.path_parameters:
        return
    turn = next(TURN)
    named = {"case": CASES, **PARTS}
    for name in case.path_parameters:
        # One call in four keeps what was made up.
        if named.get(name) and turn % 4:
            case.path_parameters[name] = named[name][turn % 4 % len(named[name])]


@schemathesis.check
def tells_nothing_of_others(context, response, case):
    forbidden = [OF_ANOTHER_BUSINESS] + ([OF_OTHERS] if WHO == "ada" else [])
    for marker in forbidden:
        assert marker not in response.text, f"the answer tells of {marker}"
