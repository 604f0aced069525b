"""A whole file turned away, before any row of it is judged."""

from quyu.kernel.refusal import Refusal
from quyu.platform.imports.kinds import Question


class FileRefused(Refusal):
    """`code` is one of the codes of the import contract; `row` and `column` say where, when that is known.

    `question` is what a person may answer instead of changing the file.
    """

    def __init__(
        self,
        code: str,
        template: str,
        *,
        row: int | None = None,
        column: str | None = None,
        question: Question | None = None,
        **numbers: object,
    ) -> None:
        super().__init__(code, template, **numbers)
        self.row = row
        self.column = column
        self.question = question
