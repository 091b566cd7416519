"""One bad row never ends a job: it is left out with its number and its reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.reading import ReadOptions, open_rows, summary, write_skipped

GOOD = {"instruction": "Name a sea.", "output": "North Sea"}
BAD = {
    "not JSON": "{oops",
    "no object": "[1, 2]",
    "cut": '{"instruction": "Name',
    "task type": json.dumps({**GOOD, "is_classification": "maybe"}),
    "a list": json.dumps({**GOOD, "output": ["a", "b"]}),
    "a struct": json.dumps({**GOOD, "instruction": {"x": 1}}),
    "too deep": "[" * 100_000,
}


def opened(path, **options):
    rows = open_rows(path, ReadOptions(**options))
    return list(rows), rows.skipped


@given(st.lists(st.sampled_from(sorted(BAD)) | st.none(), max_size=12))
def test_every_row_is_read_or_left_out_with_its_number(tmp_path_factory, kinds):
    path = tmp_path_factory.mktemp("f") / "rows.jsonl"
    lines = [json.dumps(GOOD), *(json.dumps(GOOD) if kind is None else BAD[kind] for kind in kinds)]
    path.write_text("\n".join(lines) + "\n")
    rows, skipped = opened(path)
    assert rows == [GOOD] * (1 + kinds.count(None))
    assert [row.location for row in skipped] == [f"line {n}" for n, kind in enumerate(kinds, 2) if kind is not None]
    if skipped:
        with pytest.raises(InputFileError, match=rf"rows\.jsonl, {skipped[0].location}: the row .*`strict_rows`"):
            opened(path, strict_rows=True)


def test_a_damaged_element_of_an_array_is_left_out(tmp_path):
    good = json.dumps(GOOD)
    (tmp_path / "rows.json").write_text(f'[{good},\n{{\'a\': 1}},\n{good},\n{{"instruction" "x"}},\n{good}]')
    rows, skipped = opened(tmp_path / "rows.json")
    assert rows == [GOOD] * 3
    assert [row.location for row in skipped] == ["row 2", "row 4"]


def test_an_array_that_is_cut_has_its_whole_elements(tmp_path):
    (tmp_path / "rows.json").write_text(json.dumps([GOOD, GOOD, GOOD])[:-12])
    rows, skipped = opened(tmp_path / "rows.json")
    assert (len(rows), [row.location for row in skipped]) == (2, ["row 3"])


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path):
    (tmp_path / "rows.csv").write_text('instruction,output\na,b\n"c,d\ne,f\ng,"h ""i"""\n')
    rows, skipped = opened(tmp_path / "rows.csv")
    assert [row["instruction"] for row in rows] == ["a", "e", "g"]
    assert [(row.location, row.value) for row in skipped] == [("row 2", '"c,d')]


def test_a_row_with_more_fields_than_the_header_is_left_out(tmp_path):
    (tmp_path / "rows.csv").write_text("instruction,output\na,b\nc,d,e\nf,g\n")
    rows, skipped = opened(tmp_path / "rows.csv")
    assert len(rows) == 2
    assert (skipped[0].location, skipped[0].reason) == ("row 2", "has 3 fields and the header has 2")


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_row_that_is_not_utf8_is_left_out_of_a_file_that_is(tmp_path, name):
    texts = ["é".encode(), b"\xff", b"a"]
    lines = [b"instruction,output", *(text + b",x" for text in texts)]
    if name == "rows.jsonl":
        lines = [b'{"instruction": "' + text + b'"}' for text in texts]
    (tmp_path / name).write_bytes(b"\n".join(lines) + b"\n")
    rows, skipped = opened(tmp_path / name)
    assert [row["instruction"] for row in rows] == ["é", "a"]
    assert [(row.location.split()[1], row.reason) for row in skipped] == [("2", "is not UTF-8")]


def test_the_summary_names_the_first_few_and_the_file_with_all(tmp_path):
    (tmp_path / "rows.jsonl").write_text(json.dumps(GOOD) + "\n" + "[\x1b[31m1\n" * 5)
    _, skipped = opened(tmp_path / "rows.jsonl")
    text = summary(skipped, write_skipped(tmp_path, skipped))
    assert text.startswith(f"5 rows of {tmp_path / 'rows.jsonl'} were left out: line 2 is not JSON")
    assert text.endswith(f"; …. All are in {tmp_path / 'skipped.jsonl'}.")
    assert "line 4" in text
    assert "line 5" not in text
    assert len((tmp_path / "skipped.jsonl").read_text().splitlines()) == 5
    assert write_skipped(tmp_path, []) is None
    assert not (tmp_path / "skipped.jsonl").exists()
    assert summary([]) == ""


HALVES = st.text(st.sampled_from("aé\ud83d\udc00\ude00\u4e2d"), max_size=6)


@given(HALVES, HALVES, st.sampled_from([".jsonl", ".json", "memory"]))
def test_half_characters_never_leave_the_reader(tmp_path_factory, instruction, output, kind):
    row = {"instruction": instruction, "output": output, "tags": [{instruction: output}]}
    source = tmp_path_factory.mktemp("f") / f"rows{kind}"
    if kind == "memory":
        source = [row]
    else:
        source.write_text(json.dumps(row if kind == ".jsonl" else [row], ensure_ascii=True))
    (read,) = open_rows(source)
    json.dumps(read, ensure_ascii=False).encode()  # raises where half a character is left
    whole = json.loads(json.dumps(instruction)) if kind != "memory" else instruction  # two halves make one character
    assert read["instruction"] == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in whole)


@pytest.mark.parametrize(
    ("line", "kind"),
    [("null", "null"), ("[1]", "an array"), ('"text"', "a text"), ("3", "a number"), ("true", "a truth value")],
)
def test_a_line_that_is_no_object_is_called_what_json_calls_it(tmp_path, line, kind):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + line + "\n")
    _, (skipped,) = opened(path)
    assert skipped.reason == f"is {kind}, not an object"


def test_a_single_row_with_a_list_of_objects_is_a_row_and_no_wrapping(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({**GOOD, "tags": [{"name": "x"}]}) + "\n")
    assert opened(path)[0] == [{**GOOD, "tags": [{"name": "x"}]}]


def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "rows.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(InputFileError, match="save the sheet as CSV"):
        open_rows(path)
