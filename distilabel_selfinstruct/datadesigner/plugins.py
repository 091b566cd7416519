"""The plugins, as the entry points in the group `data_designer.plugins` name them."""

from data_designer.plugins import Plugin, PluginType

_ROOM = "distilabel_selfinstruct.datadesigner"

novelty = Plugin(
    config_qualified_name=f"{_ROOM}.configs.RougeLNoveltyProcessorConfig",
    impl_qualified_name=f"{_ROOM}.novelty.RougeLNoveltyProcessor",
    plugin_type=PluginType.PROCESSOR,
)
instructions = Plugin(
    config_qualified_name=f"{_ROOM}.configs.InstructionsColumnConfig",
    impl_qualified_name=f"{_ROOM}.parsed_columns.InstructionsColumnGenerator",
    plugin_type=PluginType.COLUMN_GENERATOR,
)
task_type = Plugin(
    config_qualified_name=f"{_ROOM}.configs.TaskTypeColumnConfig",
    impl_qualified_name=f"{_ROOM}.parsed_columns.TaskTypeColumnGenerator",
    plugin_type=PluginType.COLUMN_GENERATOR,
)
instances = Plugin(
    config_qualified_name=f"{_ROOM}.configs.InstancesColumnConfig",
    impl_qualified_name=f"{_ROOM}.parsed_columns.InstancesColumnGenerator",
    plugin_type=PluginType.COLUMN_GENERATOR,
)
seed_tasks = Plugin(
    config_qualified_name=f"{_ROOM}.configs.SeedTasksSource",
    impl_qualified_name=f"{_ROOM}.seed_reader.SeedTasksReader",
    plugin_type=PluginType.SEED_READER,
)
