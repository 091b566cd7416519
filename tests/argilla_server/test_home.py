import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.argilla_server.home import Home, ServerAddress, unique_names
from distilabel_selfinstruct.errors import ArgillaServerError, ConfigError, InputFileError, OutputFileError


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path):
    held = []
    home = Home(tmp_path / "home")
    held.append(home.hold())
    yield home
    for descriptor in held:
        os.close(descriptor)


def test_only_its_owner_may_look_into_a_home(home):
    home.credentials(["anna"])
    home.write_address(ServerAddress("http://127.0.0.1:1", 1))
    assert mode(home.path) == 0o700
    assert {path.name: mode(path) for path in home.path.iterdir()} == {
        "lock": 0o600, "home.json": 0o600, "credentials.json": 0o600, "server.json": 0o600,
    }  # fmt: skip


def test_a_home_that_others_could_read_is_closed(tmp_path):
    (tmp_path / "home").mkdir(mode=0o755)
    os.close(Home(tmp_path / "home").hold())
    assert mode(tmp_path / "home") == 0o700


def test_credentials_stay_and_new_raters_are_added(home):
    first = home.credentials(["anna"])
    second = home.credentials(["ben", "anna"])
    assert [account.username for account in second.accounts] == ["owner", "anna", "ben"]
    assert second.accounts[:2] == first.accounts
    assert second.secret_key == first.secret_key
    assert home.credentials() == second == home.saved_credentials()


def test_passwords_are_random_and_long(home):
    accounts = home.credentials(["anna", "ben"]).accounts
    assert len({account.password for account in accounts}) == 3
    assert min(len(account.password) for account in accounts) >= 16


def test_secrets_are_not_in_what_is_printed_of_credentials(home):
    credentials = home.credentials(["anna"])
    shown = repr(credentials) + repr(credentials.owner)
    for account in credentials.accounts:
        assert account.password not in shown
        assert account.api_key not in shown
    assert credentials.secret_key not in shown


def test_a_second_holder_is_told_who_has_the_home(home):
    home.write_address(ServerAddress("http://127.0.0.1:6900", 4711))
    with pytest.raises(ArgillaServerError, match=r"already runs in .* \(process 4711, http://127.0.0.1:6900\)"):
        Home(home.path).hold()


def test_a_holder_that_does_not_serve_yet_is_named_too(home):
    with pytest.raises(ArgillaServerError, match="starts or stops in"):
        Home(home.path).hold()


def test_a_look_whether_a_home_is_held_does_not_take_it_away(tmp_path):
    home = Home(tmp_path / "home")
    assert not home.is_held
    descriptor = home.hold()
    assert home.is_held
    os.close(descriptor)
    assert not home.is_held
    os.close(home.hold())


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputFileError, match="holds other files than an Argilla server's"):
        Home(tmp_path).hold()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        OutputFileError, match=r"Cannot write to .*home: Not a directory\. Choose another folder with --home\."
    ):
        Home(tmp_path / "file" / "home").hold()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"secret_key": "x", "accounts": []}', '{"accounts": [{"a": 1}]}'])
def test_damaged_credentials_are_one_sentence(home, content):
    home.credentials_file.write_text(content)
    with pytest.raises(InputFileError, match=r"credentials\.json is damaged: delete it"):
        home.credentials()


def test_holding_a_home_clears_what_a_killed_server_left(tmp_path):
    home = Home(tmp_path / "home")
    descriptor = home.hold()
    home.write_address(ServerAddress("http://127.0.0.1:1", 1))
    (home.temporary / "statics").mkdir(parents=True)
    os.close(descriptor)
    os.close(home.hold())
    assert {path.name for path in home.path.iterdir()} == {"lock", "home.json"}


@pytest.mark.parametrize("name", ["", " anna", "a b", "a,b", "-anna", "@", "a\n", "x" * 65, "a/b", "<b>"])
def test_a_name_that_cannot_be_used_is_refused(name):
    with pytest.raises(ConfigError, match="cannot be the name of a rater: use 1 to 64"):
        unique_names(["anna", name])


@pytest.mark.parametrize("name", ["anna", "Jürgen", "李", "a.b@c-d", "7", "_x"])
def test_usual_names_can_be_used(name):
    assert unique_names([name]) == (name,)


def test_the_owners_name_is_taken():
    with pytest.raises(ConfigError, match="it is the owner's, so choose another"):
        unique_names(["owner"])


def test_a_name_given_twice_is_one_account():
    assert unique_names(["anna", "ben", "anna"]) == ("anna", "ben")


@given(st.text())
def test_any_name_is_taken_as_it_is_or_refused(name):
    try:
        assert unique_names([name]) == (name,)
    except ConfigError:
        return
    assert json.loads(json.dumps(name)) == name == name.strip()


@pytest.mark.parametrize(
    "marker", [None, "", "{}", "[]", '{"kind": "home"}', '{"format": 1}', "\x00", "[" * 1000], ids=repr
)
def test_a_folder_with_a_file_called_lock_is_no_home_and_loses_nothing(tmp_path, marker):
    (tmp_path / "lock").touch()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "mine.txt").write_text("mine")
    (tmp_path / "server.json").write_text("mine")
    if marker is not None:
        (tmp_path / "home.json").write_text(marker)
    with pytest.raises(InputFileError, match="holds other files than an Argilla server's"):
        Home(tmp_path).hold()
    assert (tmp_path / "tmp" / "mine.txt").read_text() == (tmp_path / "server.json").read_text() == "mine"


def test_the_home_of_another_version_is_left_alone(tmp_path):
    os.close(Home(tmp_path).hold())
    marker = json.loads((tmp_path / "home.json").read_text())
    (tmp_path / "home.json").write_text(json.dumps({**marker, "format": 2}))
    with pytest.raises(InputFileError, match=r"another version \(home.json has the format 2\)"):
        Home(tmp_path).hold()


@pytest.mark.parametrize("left", [[], ["lock"], ["lock", "home.partial"]])
def test_what_a_killed_first_start_left_is_taken_over(tmp_path, left):
    for name in left:
        (tmp_path / name).touch()
    os.close(Home(tmp_path).hold())
    os.close(Home(tmp_path).hold())


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputFileError):
        Home(tmp_path / "home").hold()
    assert not (tmp_path / "elsewhere").exists()
