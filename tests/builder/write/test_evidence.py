"""Evidence on disk."""

from pathlib import Path

from builder.write.evidence import remove_evidence


def test_what_is_not_there_is_not_removed_from_where_nothing_can_be(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/evidence").write_text("no folder")

    remove_evidence(tmp_path, "card", "failed.json")

    assert (tmp_path / "content/evidence").read_text() == "no folder"
