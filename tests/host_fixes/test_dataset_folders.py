from datasets import Dataset, DatasetDict, load_from_disk
from distilabel.distiset import Distiset

from distilabel_selfinstruct import host_fixes

ROWS = [{"instruction": "a", "output": "b"}, {"instruction": "c", "output": "d"}]


def test_a_folder_saved_by_datasets_loads_as_a_distiset(tmp_path):
    host_fixes.apply()
    DatasetDict({"train": Dataset.from_list(ROWS)}).save_to_disk(str(tmp_path / "dataset"))
    distiset = Distiset.load_from_disk(tmp_path / "dataset")
    assert list(distiset["default"]["train"]) == list(load_from_disk(str(tmp_path / "dataset"))["train"]) == ROWS


def test_a_folder_saved_by_the_host_loads_as_before(tmp_path):
    host_fixes.apply()
    saved = Distiset({"one": DatasetDict({"train": Dataset.from_list(ROWS)})})
    saved.save_to_disk(tmp_path / "distiset", save_card=False, save_pipeline_config=False, save_pipeline_log=False)
    assert list(Distiset.load_from_disk(tmp_path / "distiset")["one"]["train"]) == ROWS
