"""Print what fastbusy depends on, or one of its extras: `dependencies.py harness`."""

import sys
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
wanted = project["dependencies"]
for extra in sys.argv[1:]:
    wanted = project["optional-dependencies"][extra]
sys.stdout.writelines(f"{requirement}\n" for requirement in wanted)
