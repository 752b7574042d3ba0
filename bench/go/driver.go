package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// clients are in the order in which a round runs them. The first is compared with the peers, the next two with itself.
var (
	ours          = []string{"reqtrail", "reqtrail-queue", "reqtrail-blocking"}
	peers         = []string{"net/http", "resty"}
	concurrencies = []int{1, 32}
)

type row struct {
	Client string `json:"client"`
	C      int    `json:"c"`
	figures
}

type ratio struct {
	Client string  `json:"client"`
	Peer   string  `json:"peer"`
	C      int     `json:"c"`
	RPS    float64 `json:"rps"`
	CPU    float64 `json:"cpu"`
}

type results struct {
	Date    string  `json:"date"`
	Machine string  `json:"machine"`
	Server  string  `json:"server"`
	Rounds  int     `json:"rounds"`
	Seconds float64 `json:"seconds"`
	Rows    []row   `json:"rows"`
	Ratios  []ratio `json:"ratios"`
}

func run(server, folder string) error {
	rounds, seconds := int(setting("BENCH_ROUNDS", 5)), setting("BENCH_SECONDS", 1)
	command := pinned(0, server, "server")
	input, err := command.StdinPipe()
	if err != nil {
		return err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	defer func() {
		_ = input.Close()
		_ = command.Wait()
	}()
	url, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return err
	}
	type key struct {
		client string
		c      int
	}
	taken := map[key][]figures{}
	for round := range rounds {
		for _, c := range concurrencies {
			for _, name := range slices.Concat(ours, peers) {
				program := filepath.Join(folder, "reqtrail")
				if strings.HasPrefix(name, "reqtrail") {
					program = filepath.Join(folder, name)
				}
				client := pinned(1, program, "client", name, strconv.Itoa(c), fmt.Sprint(seconds), strings.TrimSpace(url))
				client.Stderr = os.Stderr
				text, err := client.Output()
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				var one figures
				if err := json.Unmarshal(text, &one); err != nil {
					return err
				}
				taken[key{name, c}] = append(taken[key{name, c}], one)
				fmt.Fprintf(os.Stderr, "round %d %s c=%d: %+v\n", round+1, name, c, one)
			}
		}
	}
	made := results{
		Date:    time.Now().UTC().Format(time.DateOnly),
		Machine: machine(),
		Server:  "bench/rust, one thread, core 0; clients on core 1; keep-alive HTTP/1.1, 1 KiB JSON",
		Rounds:  rounds,
		Seconds: seconds,
	}
	for _, c := range concurrencies {
		for _, name := range slices.Concat(ours, peers) {
			all := taken[key{name, c}]
			made.Rows = append(made.Rows, row{name, c, figures{
				RPS:   math.Round(median(all, func(f figures) float64 { return f.RPS })),
				CPUus: tenths(median(all, func(f figures) float64 { return f.CPUus })),
				RSSmb: tenths(median(all, func(f figures) float64 { return f.RSSmb })),
			}})
		}
		for _, peer := range slices.Concat(peers, ours[1:]) {
			made.Ratios = append(made.Ratios, compared(c, peer, taken[key{ours[0], c}], taken[key{peer, c}]))
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(made)
}

// compared takes the median of each round's own ratio.
func compared(c int, peer string, own, others []figures) ratio {
	var rps, cpu []float64
	for round := range own {
		rps = append(rps, own[round].RPS/others[round].RPS)
		cpu = append(cpu, own[round].CPUus/others[round].CPUus)
	}
	return ratio{ours[0], peer, c, hundredths(middle(rps)), hundredths(middle(cpu))}
}

func median(all []figures, of func(figures) float64) float64 {
	var values []float64
	for _, one := range all {
		values = append(values, of(one))
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half]
	}
	return (values[half-1] + values[half]) / 2
}

func tenths(value float64) float64     { return math.Round(value*10) / 10 }
func hundredths(value float64) float64 { return math.Round(value*100) / 100 }

func setting(name string, otherwise float64) float64 {
	if value, err := strconv.ParseFloat(os.Getenv(name), 64); err == nil {
		return value
	}
	return otherwise
}

// pinned runs a program on one core, where that can be asked for.
func pinned(core int, words ...string) *exec.Cmd {
	if exec.Command("taskset", "-c", strconv.Itoa(core), "true").Run() == nil {
		words = append([]string{"taskset", "-c", strconv.Itoa(core)}, words...)
	}
	command := exec.Command(words[0], words[1:]...)
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		// A proxy for the way out is none to loopback.
		if !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			command.Env = append(command.Env, variable)
		}
	}
	return command
}

func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if found := regexp.MustCompile(`(?m)^model name\s*: (.*)$`).FindSubmatch(text); found != nil {
			model = string(found[1])
		}
	}
	return fmt.Sprintf("%s, %d cores, %s", model, runtime.NumCPU(), runtime.Version())
}
