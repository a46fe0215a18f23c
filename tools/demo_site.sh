#!/usr/bin/env bash
# Starts the demonstration site behind the terminal and waits until it answers; `stop` ends it.
#   bash tools/demo_site.sh start|stop [PORT]
set -euo pipefail

home=${JUNHENG_HOME:-build/demo/site}
pid=$home/serving.pid log=$home/serving.log
export JUNHENG_HOME=$home JUNHENG_HTTPS=0

stop() {
  [ -f "$pid" ] || return 0
  # The number may be another program's by now.
  if grep -q junheng "/proc/$(cat "$pid")/cmdline" 2>/dev/null; then
    kill "$(cat "$pid")"
    while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f "$pid"
}

free_port() {
  .venv/bin/python - "$1" <<'PYTHON'
import socket
import sys

for port in range(int(sys.argv[1]), int(sys.argv[1]) + 50):
    with socket.socket() as one:
        if one.connect_ex(("127.0.0.1", port)):
            print(port)
            break
else:
    sys.exit(1)
PYTHON
}

answers() {
  .venv/bin/python -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' "$1" 2>/dev/null
}

start() {
  stop
  .venv/bin/junheng site prepare >/dev/null
  .venv/bin/junheng site demo
  local port address
  port=$(free_port "$1")
  address=http://127.0.0.1:$port/sign-in/
  setsid .venv/bin/junheng site serve --port "$port" >"$log" 2>&1 </dev/null &
  echo $! >"$pid"
  for _ in $(seq 120); do
    if answers "$address"; then
      echo
      echo "网站已启动：http://127.0.0.1:$port/   停止：make stop"
      return
    fi
    kill -0 "$(cat "$pid")" 2>/dev/null || break
    sleep 0.5
  done
  echo "网站没有启动起来，原因见 $log：" >&2
  tail -5 "$log" >&2
  stop
  return 1
}

"$1" "${2:-8080}"
