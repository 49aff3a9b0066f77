#!/usr/bin/env bash
# Whose a stack's shard count is, as a Markdown line: the auto-scaler's, where the stack file lets it act; nothing otherwise. shard-owner.sh STACK
set -euo pipefail
# Without the setting the CLI ends badly and says so: that is the usual case.
mode="$(pulumi config get --stack "$1" --path 'sluice:autoscaling.mode' 2> /dev/null || true)"
[[ "$mode" == act ]] || exit 0
echo "The shard count of \`$1\` is the auto-scaler's (\`sluice:autoscaling\`, mode \`act\`): another one than the declared is no drift."
