"""The interactive side, in a pseudo-terminal."""

import time

from place import Place, is_under_test
from terminal import CONTROL_C, CONTROL_D, ENTER, TAB, UP, Terminal

PROMPT = r"scratch\(\w+\)> "
SLOW = {
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n;",
    "postgres": "select pg_sleep(60);",
    "mariadb": "select sleep(60);",
    "mysql": "select sleep(60);",
}


class Case:
    def __init__(self, function, engine):
        self.function, self.engine = function, engine
        self.name = "terminal: " + function.__doc__.strip() + f" [{engine}]"

    def run(self):
        with Place(self.engine) as place:
            self.function(place)


def find_cases():
    return [Case(function, engine) for function, engines in CASES for engine in engines if is_under_test(engine)]


def session(place, *arguments):
    return Terminal(place, ["-X", *arguments, f"scratch={place.url}"])


def statement_and_prompt(place):
    """a statement ends at its semicolon, over several lines"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type("select 40 + 2")
        terminal.expect(r"-> ")
        terminal.type("as answer;")
        terminal.expect(r"answer")
        terminal.expect(r"\b42\b")
        terminal.expect(PROMPT)
        terminal.type("\\q")
        terminal.expect_exit(0)


def continuation_prompts(place):
    """the continuation prompt shows what is open"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        for opening, shown, closing in (("select 'a", "'", "';"), ("select (1", r"\(", ");"),
                                        ("select /* a", r"/\*", "*/ 1;")):
            terminal.type(opening)
            terminal.expect(rf"scratch\(\w+\){shown}> $")
            terminal.type(closing)
            terminal.expect(PROMPT)
        terminal.send(CONTROL_D)
        terminal.expect_exit(0)


def transaction_in_prompt(place):
    """the prompt shows an open transaction, and leaving it says so"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type("begin;")
        terminal.expect(r"scratch\(\w+\)\*> ")
        terminal.type("create table t (a int);")
        terminal.type("commit;")
        terminal.expect(PROMPT)
        terminal.type("begin;")
        terminal.expect(r"scratch\(\w+\)\*> ")
        terminal.type("\\q")
        terminal.expect(r"transaction")
        terminal.send(CONTROL_D)


def failed_transaction_in_prompt(place):
    """the prompt shows a failed transaction"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type("begin;")
        terminal.expect(r"\*> ")
        terminal.type("select 1/0;")
        terminal.expect(r"error: ")
        terminal.expect(r"scratch\(\w+\)!> ")
        terminal.type("rollback;")
        terminal.expect(PROMPT)


def error_keeps_session(place):
    """an error is shown and the session goes on"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type("select * from nowhere;")
        terminal.expect(r"error: .*nowhere")
        terminal.expect(PROMPT)
        terminal.type("\\nonsense")
        terminal.expect(r"error: ")
        terminal.expect(PROMPT)
        terminal.type("\\q")
        terminal.expect_exit(0)


def interrupt_at_prompt(place):
    """Ctrl-C at the prompt drops what was typed and keeps the session"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.send("select 'never sent")
        terminal.expect(r"never sent")
        terminal.send(CONTROL_C)
        terminal.expect(PROMPT)
        terminal.type("select 'first',")
        terminal.expect(r"-> ")
        terminal.send(CONTROL_C)
        terminal.expect(PROMPT)
        terminal.type("select 6 * 7;")
        terminal.expect(r"\b42\b")
        terminal.expect(PROMPT)
        terminal.type("\\q")
        terminal.expect_exit(0)


def interrupt_of_statement(place):
    """Ctrl-C cancels the running statement and keeps the session"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type(SLOW[place.engine])
        terminal.expect(r"\n")
        time.sleep(0.5)  # the statement is on its way; a signal that comes too early ends in the prompt as well
        terminal.send(CONTROL_C)
        terminal.expect(r"cancel")
        terminal.expect(PROMPT)
        terminal.type("select 6 * 7;")
        terminal.expect(r"\b42\b")
        terminal.expect(PROMPT)
        terminal.type("\\q")
        terminal.expect_exit(0)


def history(place):
    """an earlier statement comes back, also in the next session"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type("select 'remembered' as word;")
        terminal.expect(r"remembered[^;]*\n")
        terminal.expect(PROMPT)
        terminal.send(UP + ENTER)
        terminal.expect(r"select 'remembered' as word;")
        terminal.expect(PROMPT)
        terminal.type("\\q")
        terminal.expect_exit(0)
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.send(UP)
        terminal.expect(r"\\q")
        terminal.send(UP)
        terminal.expect(r"select 'remembered' as word;")
        terminal.send(CONTROL_C)


def history_without_password(place):
    """a password typed in a URL does not come back from the history"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type("\\connect other=mysql://someone:s3cr3t@127.0.0.1:1/x")
        terminal.expect(r"error: ")
        terminal.expect(PROMPT)
        terminal.type("\\history")
        shown = terminal.expect(r"(?s)connect other=(.*?)127\.0\.0\.1").group(1)
        assert "s3cr3t" not in shown, shown
        terminal.type("\\q")
        terminal.expect_exit(0)


def completion(place):
    """TAB completes commands, tables and columns"""
    with session(place) as terminal:
        terminal.expect(PROMPT)
        terminal.type("create table orchestra (instrument int);")
        terminal.expect(PROMPT)
        terminal.send("\\discon" + TAB)
        terminal.expect(r"\\disconnect")
        terminal.send(CONTROL_C)
        terminal.expect(PROMPT)
        terminal.send("select * from orch" + TAB)
        terminal.expect(r"orchestra")
        terminal.send(CONTROL_C)
        terminal.expect(PROMPT)
        terminal.send("select orchestra.instr" + TAB)
        terminal.expect(r"orchestra\.instrument")
        terminal.send(CONTROL_C)
        terminal.expect(PROMPT)


def long_results_go_through_the_pager(place):
    """a result longer than the screen goes through the pager, a short one does not"""
    with Terminal(place, ["-X", f"scratch={place.url}"], environment={"BASCULE_PAGER": "sed s/^/paged:/"}) as terminal:
        terminal.expect(PROMPT)
        terminal.type("with recursive n(i) as (select 1 union all select i + 1 from n where i < 40) select i from n;")
        terminal.expect(r"paged: *40")
        terminal.expect(r"\(40 rows\)")
        terminal.expect(PROMPT)
        terminal.type("select 'sh' || 'ort' as a;")
        terminal.expect(r"\n *short")
        terminal.expect(PROMPT)
        terminal.type("\\set PAGER off")
        terminal.expect(PROMPT)
        terminal.type("with recursive n(i) as (select 1 union all select i + 1 from n where i < 41) select i from n;")
        terminal.expect(r"\n *41")
        terminal.expect(r"\(41 rows\)")
        terminal.type("\\q")
        terminal.expect_exit(0)


def leaving_the_pager_early(place):
    """leaving the pager early stops the statement and is said"""
    with Terminal(place, ["-X", f"scratch={place.url}"], environment={"BASCULE_PAGER": "head -n 5"}) as terminal:
        terminal.expect(PROMPT)
        terminal.type("with recursive n(i) as (select 1 union all select i + 1 from n) select i from n;")
        terminal.expect(r"\(not read to its end\)")
        terminal.expect(PROMPT)
        terminal.type("select 40 + 2 as answer;")
        terminal.expect(r"\b42\b")
        terminal.type("\\q")
        terminal.expect_exit(0)


ALL = ("sqlite", "postgres", "mariadb", "mysql")
CASES = [
    (statement_and_prompt, ALL),
    (continuation_prompts, ("sqlite",)),
    (transaction_in_prompt, ("sqlite", "postgres")),
    (failed_transaction_in_prompt, ("postgres",)),
    (error_keeps_session, ALL),
    (interrupt_at_prompt, ("sqlite",)),
    (interrupt_of_statement, ALL),
    (history, ("sqlite",)),
    (history_without_password, ("sqlite",)),
    (completion, ("sqlite", "postgres")),
    (long_results_go_through_the_pager, ("sqlite", "postgres")),
    (leaving_the_pager_early, ("sqlite", "postgres")),
]
