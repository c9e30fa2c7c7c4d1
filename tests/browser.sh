# A browser for tests in sh: . tests/browser.sh, after tap.sh. Headless Chromium is
# driven over the WebDriver protocol, by curl; nothing leaves the machine.
#   browser_start            starts it; status 1 if it does not come up
#   browser_go URL           opens a page
#   browser_js SCRIPT        prints what the script returns, a string or a number
#   browser_wait SCRIPT      waits until the script returns true; status 1 after 10 s
#   browser_click SELECTOR   clicks on the first element that CSS selects
#   browser_type SELECTOR TEXT
#   browser_size WIDTH HEIGHT   of the page
#   browser_shot FILE        a screenshot
#   browser_stop             ends it; call it before the test ends
# Needs $tmp of tap.sh.

# webdriver METHOD PATH [JSON]: prints the answer.
webdriver() {
	if [ $# = 3 ]; then
		printf '%s' "$3" | curl -s -m 60 -X "$1" --data-binary @- \
			-H 'Content-Type: application/json' "$browser_url$2"
	else
		curl -s -m 60 -X "$1" "$browser_url$2"
	fi
}

# A string as JSON.
json_string() {
	printf '%s\n' "$1" | awk '{
		gsub(/\\/, "\\\\")
		gsub(/"/, "\\\"")
		gsub(/\t/, "\\t")
		printf "%s%s", (NR > 1 ? "\\n" : "\""), $0
	} END { print "\"" }'
}

# The value of an answer {"value":...}: a string without its quotes, or as it is.
json_value() {
	sed -e 's/^{"value"://' -e 's/}$//' -e 's/^"\(.*\)"$/\1/' \
		-e 's/\\n/\n/g' -e 's/\\"/"/g' -e 's/\\u003C/</g' -e 's/\\\\/\\/g'
}

browser_start() {
	chromedriver --port=0 > "$tmp/driver.log" 2>&1 &
	browser_pid=$!
	browser_url=
	tries=0
	while [ $tries -lt 100 ]; do
		port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' \
			"$tmp/driver.log")
		[ "$port" ] && break
		kill -0 "$browser_pid" 2> /dev/null || return 1
		tries=$((tries + 1))
		sleep 0.1
	done
	[ "$port" ] || return 1
	browser_url=http://127.0.0.1:$port
	sandbox=
	[ "$(id -u)" = 0 ] && sandbox='"--no-sandbox",'
	answer=$(webdriver POST /session '{"capabilities":{"alwaysMatch":{
		"browserName":"chrome","goog:chromeOptions":{"args":["--headless",'"$sandbox"'
		"--disable-gpu","--disable-quic","--no-first-run","--disable-dev-shm-usage",
		"--disable-background-networking","--disable-component-update",
		"--disable-sync","--hide-scrollbars","--lang=en-US",
		"--user-data-dir='"$tmp"'/chromium"]}}}}')
	browser_id=$(echo "$answer" | sed -n 's/.*"sessionId":"\([^"]*\)".*/\1/p')
	[ "$browser_id" ] || {
		echo "# $answer" | cut -c1-400 >&2
		browser_stop
		return 1
	}
	browser_url=$browser_url/session/$browser_id
}

browser_stop() {
	[ "$browser_id" ] && webdriver DELETE '' > /dev/null
	kill "$browser_pid" 2> /dev/null
	wait "$browser_pid" 2> /dev/null
	browser_id=
}

browser_go() {
	webdriver POST /url "{\"url\":$(json_string "$1")}" > /dev/null
}

browser_js() {
	webdriver POST /execute/sync \
		"{\"script\":$(json_string "$1"),\"args\":[]}" | json_value
}

browser_wait() {
	tries=0
	while [ "$(browser_js "$1")" != true ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.1
	done
}

# The protocol's name of an element.
browser_find() {
	webdriver POST /element \
		"{\"using\":\"css selector\",\"value\":$(json_string "$1")}" |
		sed -n 's/.*"element-[^"]*":"\([^"]*\)".*/\1/p'
}

browser_click() {
	answer=$(webdriver POST "/element/$(browser_find "$1")/click" '{}')
	[ "$answer" = '{"value":null}' ] || {
		echo "# click on $1: $answer" | cut -c1-300 >&2
		return 1
	}
}

browser_type() {
	webdriver POST "/element/$(browser_find "$1")/value" \
		"{\"text\":$(json_string "$2")}" > /dev/null
}

# The size of the page, not of the window around it.
browser_size() {
	webdriver POST /goog/cdp/execute '{"cmd":"Emulation.setDeviceMetricsOverride",
		"params":{"width":'"$1"',"height":'"$2"',"deviceScaleFactor":1,
		"mobile":false}}' > /dev/null
}

browser_shot() {
	webdriver GET /screenshot | sed -e 's/^{"value":"//' -e 's/"}$//' |
		base64 -d > "$1"
}
