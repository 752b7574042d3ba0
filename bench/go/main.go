// One client of the bench: `bench NAME WORKLOAD CONCURRENCY URL --seconds=S`, or `… --requests=N` for exactly that many
// calls without a warm-up. Prints what it came to as one line of JSON. bench/common runs these processes.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	words := os.Args[1:]
	if len(words) != 5 {
		usage()
	}
	concurrency, err := strconv.Atoi(words[2])
	must(err)
	var plan plan
	switch unit, amount, _ := strings.Cut(words[4], "="); unit {
	case "--seconds":
		seconds, err := strconv.ParseFloat(amount, 64)
		must(err)
		plan.window = time.Duration(seconds * float64(time.Second))
	case "--requests":
		plan.requests, err = strconv.Atoi(amount)
		must(err)
	default:
		usage()
	}
	call, err := client(words[0], workOf(words[1], words[3]), concurrency)
	must(err)
	must(measure(call, concurrency, plan))
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: bench NAME WORKLOAD CONCURRENCY URL (--seconds=S | --requests=N)")
	os.Exit(2)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
