#!/bin/sh
# Answers GET / with what the one-shot service `migrate` left in the volume.
printf 'Content-Type: application/json\r\n\r\n'
printf '{"message":"hello","migrated":"%s","runs":%s}\n' "$(cat /data/migrated)" "$(cat /data/runs)"
