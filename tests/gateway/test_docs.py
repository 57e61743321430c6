"""/docs works in a closed network: the page, its script and its style come from the gateway itself."""

import re

from tests.gateway.conftest import Running

_ADDRESS = re.compile(r"""(?:src|href)\s*=\s*["']([^"']*)["']|(?:url|oauth2RedirectUrl): *["']([^"']*)["']""")
_FOREIGN = re.compile(r"(?:https?:|wss?:)?//[\w.-]+\.\w+")


async def test_the_page_of_the_api_names_no_foreign_host_and_all_that_it_names_is_there(running: Running) -> None:
    begin = await running.nobody.get("/")
    assert (begin.status_code, begin.headers["location"]) == (307, "/docs")
    page = await running.nobody.get("/docs")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert _FOREIGN.findall(page.text) == []
    assert "content-security-policy" not in page.headers  # The page has a script inside it.
    named = {script or other for script, other in _ADDRESS.findall(page.text)}
    assert "/openapi.json" in named and len([name for name in named if name.endswith((".js", ".css"))]) == 2
    for name in named:
        found = await running.nobody.get(name)
        assert found.status_code == 200 and found.content, name
        if name.endswith(".css"):
            assert not re.findall(r"url\(\s*[\"']?(?:https?:)?//|@import", found.text)
