#!/usr/bin/env bash
# The commit that a stack was last updated with, as Pulumi has noted it; nothing for a stack that never was. deployed-commit.sh STACK
set -euo pipefail
pulumi stack history --stack "$1" --json --page-size 1 | jq --raw-output '.[0].environment["git.head"] // empty'
