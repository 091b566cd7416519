"""Seed tasks as a seed dataset of Data Designer."""

from typing import Any

import pandas as pd
from data_designer.engine.resources.seed_reader import SeedReader

from distilabel_selfinstruct.datadesigner.configs import SeedTasksSource
from distilabel_selfinstruct.records import Row, SeedTask
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

_TABLE = "seed_tasks"


class SeedTasksReader(SeedReader[SeedTasksSource]):
    """Reads the seed tasks of a file, or of a language."""

    def create_duckdb_connection(self) -> Any:
        """A database with the tasks.

        Raises:
            SeedTaskError: the file cannot be read, or a row of it is no seed task.
        """
        tasks = load_seed_tasks(self.source.path, self.source.language)
        return self.create_dataframe_duckdb_connection(table_name=_TABLE, dataframe=pd.DataFrame(map(_row, tasks)))

    def get_dataset_uri(self) -> str:
        """The name of the table."""
        return _TABLE


def _row(task: SeedTask) -> Row:
    instances = [{"input": instance.input, "output": instance.output} for instance in task.instances]
    return {
        "id": task.id,
        "name": task.name,
        "instruction": task.instruction,
        "is_classification": task.is_classification,
        "instances": instances,
        **(instances[0] if instances else {"input": "", "output": ""}),
    }
