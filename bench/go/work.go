package main

import "bytes"

// payload is the body of a POST: 1 KiB of JSON.
var payload = append(append([]byte{'"'}, bytes.Repeat([]byte{'x'}, 1022)...), '"')

const jsonType = "application/json"

// work is one workload of bench/common/plan.py on one server.
type work struct {
	base, path string
	post       bool
	retry      bool
	length     int
}

func workOf(name, base string) work {
	switch name {
	case "post":
		return work{base: base, path: "/post", post: true}
	case "large":
		return work{base: base, path: "/large", length: 1 << 20}
	case "retry":
		return work{base: base, path: "/retry", retry: true, length: 1024}
	default:
		return work{base: base, path: "/events", length: 1024}
	}
}
