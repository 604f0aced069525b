"""What judging a file found, as it is kept on its run for the page: errors, questions, columns, figures."""

from collections import Counter
from dataclasses import asdict

from quyu.platform.imports import rejected
from quyu.platform.imports.models import ImportRun
from quyu.platform.imports.pipeline import LISTED_ERRORS, Prepared
from quyu.platform.imports.recognition import header_digest


def keep(run: ImportRun, prepared: Prepared) -> None:
    """Put findings on the run; at most the first thousand errors, and their full count."""
    recognition, sheet, valid = prepared.recognition, prepared.sheet, prepared.valid
    is_recalled = bool(prepared.chosen and not run.mapping) or run.preview.get("recalled", False)
    left_out = {name: "" for name, header in prepared.chosen.items() if not header}
    run.mapping = {**left_out, **recognition.mapping} if recognition else run.mapping
    asked = {question.id: asdict(question) for question in prepared.questions}
    run.options = {
        **run.options,
        "answers": {**run.options.get("answers", {}), **prepared.answers},
        "asked": {**run.options.get("asked", {}), **asked},
    }
    run.errors = [asdict(error) for error in prepared.errors[:LISTED_ERRORS]]
    run.error_count = len(prepared.errors)
    run.preview = {
        **prepared.findings.preview,
        "notices": list(prepared.notices),
        "is_clean": prepared.is_clean,
        "valid_rows": len(valid.rows) if valid is not None else 0,
        "file_rows": len(sheet.rows) if sheet else 0,
        "error_rows": len(rejected.rows_of(prepared.errors, sheet)),
        "error_codes": dict(Counter(error.code for error in prepared.errors).most_common()),
        "unknown": rejected.unknown(prepared.errors),
        "questions": list(asked.values()),
        "recalled": is_recalled,
        "headers": [header for header in sheet.headers if header] if sheet else [],
        "header_digest": header_digest(sheet) if sheet else "",
        "sheet_name": sheet.name if sheet else "",
        "sheet_names": list(sheet.sheet_names) if sheet else [],
        "matches": [asdict(match) for match in recognition.matches] if recognition else [],
        "ignored": list(recognition.ignored) if recognition else [],
        "ambiguous": {name: list(texts) for name, texts in recognition.ambiguous.items()}
        if recognition
        else {},
    }
    rejected.keep(run, prepared.errors, sheet)
