from distilabel_selfinstruct.hub.card.project import NAME, declared_urls, project_url


def test_the_address_of_a_project_is_its_homepage_or_else_its_repository():
    source, page = "Repository, https://git.invalid/us/it", "Homepage, https://it.invalid"
    assert project_url([source, "Paper, https://arxiv.org/abs/2212.10560"]) == "https://git.invalid/us/it"
    assert project_url([source, page]) == "https://it.invalid"


def test_an_address_of_something_else_is_not_the_projects():
    assert project_url(["Paper, https://arxiv.org/abs/2212.10560"]) == ""
    assert project_url([]) == ""


def test_the_declared_addresses_are_those_of_the_installed_package():
    assert any(url.startswith("Paper, ") for url in declared_urls())
    assert NAME == "distilabel-selfinstruct"
