// reqtrail beside its peers in Go, in one run, as ratios.
//
// `bench run SERVER FOLDER` is the driver: it starts the server and then, round after round, one process per client and
// concurrency, from programs in FOLDER that differ in how reqtrail drives its calls. `bench client …` is such a process.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func main() {
	switch words := os.Args[1:]; {
	case len(words) == 3 && words[0] == "run":
		must(run(words[1], words[2]))
	case len(words) == 5 && words[0] == "client":
		concurrency, err := strconv.Atoi(words[2])
		must(err)
		seconds, err := strconv.ParseFloat(words[3], 64)
		must(err)
		must(measure(words[1], concurrency, time.Duration(seconds*float64(time.Second)), words[4]))
	default:
		fmt.Fprintln(os.Stderr, "usage: bench run SERVER FOLDER | client NAME CONCURRENCY SECONDS URL")
		os.Exit(2)
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
