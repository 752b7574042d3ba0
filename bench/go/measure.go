package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// figures are what one client came to in one window.
type figures struct {
	Requests int64   `json:"requests"`
	RPS      float64 `json:"rps"`
	CPUus    float64 `json:"cpu_us"`
	RSSmb    float64 `json:"rss_mb"`
}

// plan is how long a client makes calls: for a window after a warm-up, or for a number of calls of all workers together.
type plan struct {
	window   time.Duration
	requests int
}

// warmup is how many calls each worker makes before the window.
const warmup = 50

func measure(call call, concurrency int, plan plan) error {
	var failed atomic.Value
	var calls atomic.Int64
	var stop atomic.Bool
	var warm, done sync.WaitGroup
	begin := make(chan struct{})
	for range concurrency {
		warm.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			for range warmup {
				if plan.requests > 0 {
					break
				}
				if err := call(); err != nil {
					failed.Store(err)
				}
			}
			warm.Done()
			<-begin
			for made := 0; !stop.Load() && (plan.requests == 0 || made < plan.requests/concurrency); made++ {
				if err := call(); err != nil {
					failed.Store(err)
					return
				}
				calls.Add(1)
			}
		}()
	}
	warm.Wait()
	cpu, began := cpuTime(), time.Now()
	close(begin)
	if plan.requests == 0 {
		time.AfterFunc(plan.window, func() { stop.Store(true) })
	}
	done.Wait()
	took, used := time.Since(began), cpuTime()-cpu
	if err, ok := failed.Load().(error); ok {
		return err
	}
	made := calls.Load()
	return json.NewEncoder(os.Stdout).Encode(figures{
		Requests: made,
		RPS:      float64(made) / took.Seconds(),
		CPUus:    float64(used.Microseconds()) / float64(made),
		RSSmb:    peak(),
	})
}

// peak is the most memory that this process has had, in MiB. It is not getrusage's, which is never less than what the
// parent had when it started this process.
func peak() float64 {
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	found := regexp.MustCompile(`(?m)^VmHWM:\s*(\d+) kB$`).FindSubmatch(status)
	kib, err := strconv.Atoi(string(found[1]))
	must(err)
	return float64(kib) / 1024
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
