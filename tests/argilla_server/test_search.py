"""The embedded search engine through the real server and the real SDK: what upstream's engines answer, it answers."""

import uuid

import argilla as rg
import pytest

# The SDK's own, for a response without values.
pytestmark = pytest.mark.filterwarnings("ignore:`user_id` not provided")

# (text, note, cuisine, minutes, rating): the id of a record is its number.
DISHES = [
    ("Boil the eggs for ten minutes.", "breakfast", "french", 10, 0.13),
    ("Fry the eggs in butter, then salt them.", "breakfast", "french", 5, 0.343),
    ("Simmer the lentils until they are soft.", "dinner", "indian", 40, 1.123),
    ("Boil the rice; fry the onions.", "dinner", "indian", 25, 12.13),
    ("Bake the bread on a hot stone.", "lunch", "italian", 55, -120.13),
    ("Boil the pasta, and fry the bacon.", "dinner", "italian", 20, -149.13),
    ("Chill the soup and don't boil it.", "lunch", "spanish", 15, 200.13),
    ("Chill the soup and don't boil it.", "lunch", None, 15, 20020.13),
]


@pytest.fixture(scope="module")
def client(argilla_server):
    return argilla_server.client()


@pytest.fixture(scope="module")
def raters(argilla_server):
    return {name: argilla_server.client(name) for name in ("anna", "ben", "carl")}


def new_dataset(client, min_submitted=2):
    settings = rg.Settings(
        fields=[rg.TextField("text"), rg.TextField("note", required=False)],
        questions=[
            rg.LabelQuestion("tasty", labels=["yes", "no"]),
            rg.RatingQuestion("stars", values=[1, 2, 3, 4, 5], required=False),
            rg.MultiLabelQuestion("lacks", labels=["salt", "oil", "heat"], required=False),
            rg.TextQuestion("why", required=False),
        ],
        metadata=[
            rg.TermsMetadataProperty("cuisine"),
            rg.IntegerMetadataProperty("minutes"),
            rg.FloatMetadataProperty("rating"),
        ],
        vectors=[rg.VectorField("flavour", dimensions=2)],
        distribution=rg.TaskDistribution(min_submitted=min_submitted),
    )
    name = f"dishes-{uuid.uuid4().hex[:8]}"
    return rg.Dataset(name=name, workspace="selfinstruct", client=client, settings=settings).create()


def dish(number, text, note, cuisine, minutes, rating):
    suggestions = [
        rg.Suggestion("stars", number % 5 + 1, score=number / 10, agent="judge-1" if number % 2 else "judge-2"),
        rg.Suggestion(
            "lacks", ["salt", "oil"] if number == 0 else ["heat"], score=[0.2, 0.9] if number == 0 else [0.5]
        ),
    ]
    metadata = {"minutes": minutes, "rating": rating, **({"cuisine": cuisine} if cuisine else {})}
    fields = {"text": text, "note": note}
    vectors = {"flavour": [1.0, float(number)]}
    return rg.Record(id=str(number), fields=fields, metadata=metadata, suggestions=suggestions, vectors=vectors)


def submit(rater, dataset, answers, status="submitted"):
    """Post answers by record id as a rater does with the page."""
    server_ids = {record.id: str(record._server_id) for record in dataset.records()}
    items = [
        {"record_id": server_ids[id_], "status": status, "values": {name: {"value": v} for name, v in values.items()}}
        for id_, values in answers.items()
    ]
    response = rater.http_client.post("/api/v1/me/responses/bulk", json={"items": items})
    response.raise_for_status()
    assert not [item["error"] for item in response.json()["items"] if item.get("error")]


@pytest.fixture(scope="module")
def dishes(client, raters):
    """Eight dishes; anna has rated 0, 1 and 2, ben 0 and 1, carl has a draft on 3 and has discarded 4."""
    dataset = new_dataset(client)
    dataset.records.log([dish(number, *row) for number, row in enumerate(DISHES)])
    annas = {
        "0": {"tasty": "yes", "stars": 5, "lacks": ["salt"]},
        "1": {"tasty": "no", "stars": 2, "lacks": ["oil", "heat"]},
        "2": {"tasty": "yes", "stars": 3},
    }
    submit(raters["anna"], dataset, annas)
    submit(raters["ben"], dataset, {"0": {"tasty": "no", "stars": 2}, "1": {"tasty": "no", "stars": 1}})
    submit(raters["carl"], dataset, {"3": {"tasty": "yes"}}, status="draft")
    submit(raters["carl"], dataset, {"4": {}}, status="discarded")
    return dataset


def ids(dataset, **query):
    return [record.id for record in dataset.records(query=rg.Query(**query))]


def found(dataset, *conditions):
    return sorted(ids(dataset, filter=rg.Filter(list(conditions))))


def search(client, dataset, body, *, as_rater=False, limit=100, offset=0):
    me = "me/" if as_rater else ""
    path = f"/api/v1/{me}datasets/{dataset.id}/records/search?limit={limit}&offset={offset}"
    response = client.http_client.post(path, json=body)
    response.raise_for_status()
    return response.json()


def external_ids(answer):
    return [item["record"]["external_id"] for item in answer["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("eggs", "01"),
        ("EGGS", "01"),
        ("egg", ""),
        ("boil", "03567"),
        ("boil fry", "35"),
        ("boil dinner", "35"),
        ("boil -fry", "067"),
        ("lentils | bread", "24"),
        ('"boil the"', "035"),
        ("ch*", "67"),
        ("(lentils | bread) +dinner", "2"),
        ("don't", "67"),
        ("nothing", ""),
        ("", "01234567"),
        ("-", "01234567"),
        ('"', "01234567"),
        ("(", "01234567"),
        ("10", ""),  # metadata is not text
    ],
)
def test_a_text_query_finds(dishes, query, expected):
    assert sorted(record.id for record in dishes.records(query=query)) == list(expected)


def test_a_text_query_in_one_field(client, dishes):
    body = {"query": {"text": {"q": "breakfast", "field": "note"}}}
    assert sorted(external_ids(search(client, dishes, body))) == ["0", "1"]
    body = {"query": {"text": {"q": "breakfast", "field": "text"}}}
    assert external_ids(search(client, dishes, body)) == []


def test_the_best_match_comes_first(client, dishes):
    dataset = new_dataset(client)
    texts = {"long": "soup " + "with much else " * 20, "short": "soup", "twice": "soup or soup"}
    dataset.records.log([rg.Record(id=id_, fields={"text": text}) for id_, text in texts.items()])
    assert [record.id for record in dataset.records(query="soup")] == ["twice", "short", "long"]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([("metadata.cuisine", "==", "french")], "01"),
        ([("metadata.cuisine", "in", ["french", "indian"])], "0123"),
        ([("metadata.minutes", "==", 15)], "67"),
        ([("metadata.minutes", ">=", 20), ("metadata.minutes", "<=", 40)], "235"),
        ([("metadata.minutes", ">=", 40)], "24"),
        ([("metadata.minutes", "<=", 10)], "01"),
        ([("metadata.rating", ">=", 0), ("metadata.rating", "<=", 12.03)], "012"),
        ([("metadata.rating", ">=", 0.13), ("metadata.rating", "<=", 0.13)], "0"),
        ([("metadata.rating", "<=", -120.13)], "45"),
        ([("stars.suggestion", "==", 1)], "05"),
        ([("stars.suggestion", ">=", 4)], "34"),
        ([("stars.score", ">=", 0.5)], "567"),
        ([("stars.agent", "==", "judge-1")], "1357"),
        ([("lacks.suggestion", "in", ["salt"])], "0"),
        ([("lacks.suggestion", "in", ["salt", "heat"])], "01234567"),
        ([("lacks.score", ">=", 0.9)], "0"),
        ([("stars.response", "==", 2)], "01"),
        ([("stars.response", ">=", 3)], "02"),
        ([("tasty.response", "==", "yes")], "023"),
        ([("lacks.response", "in", ["heat"])], "1"),
        ([("status", "==", "completed")], "01"),
        ([("status", "==", "pending")], "234567"),
        ([("response.status", "==", "submitted")], "012"),
        ([("response.status", "==", "draft")], "3"),
        ([("response.status", "==", "discarded")], "4"),
        ([("response.status", "==", "pending")], "567"),
        ([("id", "==", "7")], "7"),
        ([("id", "in", ["7", "2", "nobody"])], "27"),
        ([("inserted_at", ">=", "2020-01-01T00:00:00")], "01234567"),
        ([("inserted_at", ">=", "2020-01-01T00:00:00Z")], "01234567"),
        ([("inserted_at", "<=", "2020-01-01T00:00:00")], ""),
        ([("metadata.cuisine", "==", "french"), ("stars.response", ">=", 3)], "0"),
        ([("metadata.cuisine", "==", "nobody's")], ""),
    ],
)
def test_a_filter_finds(dishes, conditions, expected):
    assert found(dishes, *conditions) == list(expected)


def test_a_filter_and_a_text_query_hold_together(dishes):
    conditions = rg.Filter([("metadata.cuisine", "==", "italian")])
    assert ids(dishes, query="boil", filter=conditions) == ["5"]


@pytest.mark.parametrize(("name", "status", "expected"), [
    ("anna", "submitted", "012"), ("ben", "submitted", "01"), ("carl", "submitted", ""),
    ("anna", "pending", "34567"), ("ben", "pending", "234567"), ("carl", "pending", "012567"),
    ("carl", "draft", "3"), ("carl", "discarded", "4"),
])  # fmt: skip
def test_a_rater_finds_by_their_own_responses_only(raters, dishes, name, status, expected):
    scope = {"entity": "response", "property": "status"}
    body = {"filters": {"and": [{"type": "terms", "scope": scope, "values": [status]}]}}
    assert sorted(external_ids(search(raters[name], dishes, body, as_rater=True))) == list(expected)


@pytest.mark.parametrize(
    "one_filter",
    [
        {"type": "terms", "scope": {"entity": "record", "property": "id"}, "values": ["no-uuid"]},
        {"type": "terms", "scope": {"entity": "record", "property": "status"}, "values": ["bogus"]},
        {"type": "range", "scope": {"entity": "record", "property": "inserted_at"}, "ge": "garbage"},
        {"type": "terms", "scope": {"entity": "response", "property": "status"}, "values": ["bogus"]},
        {"type": "range", "scope": {"entity": "metadata", "metadata_property": "minutes"}, "ge": "many"},
    ],
)
def test_a_value_that_cannot_be_there_finds_nothing(client, dishes, one_filter):
    assert search(client, dishes, {"filters": {"and": [one_filter]}})["total"] == 0


def ordered(client, dataset, *orders):
    sort = [{"scope": scope, "order": direction} for scope, direction in orders]
    return "".join(external_ids(search(client, dataset, {"sort": sort})))


CUISINE = {"entity": "metadata", "metadata_property": "cuisine"}
MINUTES = {"entity": "metadata", "metadata_property": "minutes"}
STARS = {"entity": "response", "question": "stars"}


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([(MINUTES, "asc")], "10675324"),
        ([(MINUTES, "desc")], "42356701"),
        ([(CUISINE, "asc"), (MINUTES, "desc")], "01234567"),
        ([(CUISINE, "desc"), (MINUTES, "asc")], "65432107"),  # what has no value comes last
        ([({"entity": "record", "property": "inserted_at"}, "asc")], "01234567"),
        ([(STARS, "asc")], "12034567"),  # averages: 1.5, 3 and 3.5
        ([(STARS, "desc")], "02134567"),
        ([({"entity": "suggestion", "question": "stars", "property": "score"}, "desc")], "76543210"),
        ([({"entity": "suggestion", "question": "stars", "property": "value"}, "desc"), (MINUTES, "asc")], "43721605"),
    ],
)
def test_records_come_in_the_order_asked_for(client, dishes, orders, expected):
    answer = ordered(client, dishes, *orders)
    assert answer == expected


def test_pages_together_hold_each_record_once(client, dishes):
    pages = [search(client, dishes, {}, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [id_ for page in pages for id_ in external_ids(page)] == list("01234567")
    assert {page["total"] for page in pages} == {8}


def test_behind_the_last_page_the_total_is_known_still(client, dishes):
    answer = search(client, dishes, {}, limit=2, offset=20)
    assert (answer["items"], answer["total"]) == ([], 8)


def test_each_rater_has_an_order_of_their_own_that_stays(client, raters):
    dataset = new_dataset(client)
    dataset.records.log([rg.Record(id=str(number), fields={"text": "x"}) for number in range(30)])
    orders = {}
    for name in ("anna", "ben"):
        first = external_ids(search(raters[name], dataset, {}, as_rater=True))
        assert first == external_ids(search(raters[name], dataset, {}, as_rater=True))
        assert sorted(first, key=int) == [str(number) for number in range(30)]
        orders[name] = first
    assert orders["anna"] != orders["ben"]


def test_progress_counts_records_and_each_rater(raters, dishes):
    progress = dishes.progress(with_users_distribution=True)
    assert (progress["total"], progress["completed"], progress["pending"]) == (8, 2, 6)
    metrics = raters["anna"].http_client.get(f"/api/v1/me/datasets/{dishes.id}/metrics").json()["responses"]
    assert metrics == {"total": 8, "submitted": 3, "discarded": 0, "draft": 0, "pending": 5}
    metrics = raters["carl"].http_client.get(f"/api/v1/me/datasets/{dishes.id}/metrics").json()["responses"]
    assert metrics == {"total": 8, "submitted": 0, "discarded": 1, "draft": 1, "pending": 6}


def test_the_values_of_metadata_are_counted(client, dishes):
    properties = client.http_client.get(f"/api/v1/me/datasets/{dishes.id}/metadata-properties").json()["items"]
    metrics = {
        item["name"]: client.http_client.get(f"/api/v1/metadata-properties/{item['id']}/metrics").json()
        for item in properties
    }
    assert {term["term"]: term["count"] for term in metrics["cuisine"]["values"]} == {
        "french": 2, "indian": 2, "italian": 2, "spanish": 1,
    }  # fmt: skip
    assert metrics["cuisine"]["total"] == 7
    assert (metrics["minutes"]["min"], metrics["minutes"]["max"]) == (5, 55)
    assert (metrics["rating"]["min"], metrics["rating"]["max"]) == (-149.13, 20020.13)


def test_similar_records_come_nearest_first(dishes):
    nearest = dishes.records(query=rg.Query(similar=rg.Similar(name="flavour", value=[1.0, 0.0])))
    scores = [(record.id, score) for record, score in nearest]
    assert [id_ for id_, _ in scores] == list("01234567")
    assert scores[0][1] == pytest.approx(1)
    farthest = dishes.records(query=rg.Query(similar=rg.Similar(name="flavour", value=[1.0, 0.0], most_similar=False)))
    assert [record.id for record, _ in farthest] == list("76543210")


def test_a_record_is_not_similar_to_itself(dishes):
    record = next(iter(dishes.records(query=rg.Query(filter=rg.Filter(("id", "==", "3"))))))
    similar = dishes.records(query=rg.Query(similar=rg.Similar(name="flavour", value=record)))
    assert "3" not in [other.id for other, _ in similar]


def test_names_and_values_with_odd_characters_are_found(client):
    name = "it's a.b"
    settings = rg.Settings(
        fields=[rg.TextField("text")],
        questions=[rg.TextQuestion("why")],
        metadata=[rg.TermsMetadataProperty("a.b-c")],
    )
    dataset = rg.Dataset(name=f"odd-{uuid.uuid4().hex[:8]}", workspace="selfinstruct", client=client, settings=settings)
    dataset.create()
    dataset.records.log(
        [rg.Record(id='"1"', fields={"text": "x"}, metadata={"a.b-c": name}), rg.Record(fields={"text": "y"})]
    )
    wanted = {"type": "terms", "scope": {"entity": "metadata", "metadata_property": "a.b-c"}, "values": [name]}
    assert external_ids(search(client, dataset, {"filters": {"and": [wanted]}})) == ['"1"']
    assert found(dataset, ("id", "==", '"1"')) == ['"1"']


def test_what_is_deleted_is_gone_at_once(client):
    dataset = new_dataset(client)
    dataset.records.log([dish(number, *row) for number, row in enumerate(DISHES)])
    dataset.records.delete(list(dataset.records(query="eggs")))
    assert sorted(record.id for record in dataset.records()) == list("234567")
    assert dataset.progress()["total"] == 6
