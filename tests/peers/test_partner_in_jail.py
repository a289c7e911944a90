"""A partner's own authority is found also where Postfix shuts its smtp client in the queue's folder, as Debian does."""

import pytest
from postfix import Postfix, postfix_folder

pytestmark = pytest.mark.peers


@pytest.mark.parametrize(("shut_in", "there"), [("y", True), ("-", True), ("n", False)])
def test_the_authority_lies_where_the_client_looks_for_it(shut_in, there):
    with postfix_folder() as folder:
        server = Postfix(folder / "region")
        server.make()
        server.command("postconf", "-F", f"smtp/unix/chroot={shut_in}")
        authority = folder / "aarhus-ca.pem"
        for text in ("the first", "the next"):
            authority.write_text(text)
            server.script("partner.sh", DOMAIN="aarhus.example", HOST="[mx.aarhus.example]:25", AUTHORITY=authority)
            seen = server.folder / "queue" / authority.relative_to("/")
            assert seen.exists() is there
            assert not there or seen.read_text() == text
