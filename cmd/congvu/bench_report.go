package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// scoreboard is the JSON of a run of measurements.
type scoreboard struct {
	Engine       string        `json:"engine"`
	CPUs         int           `json:"cpus"`
	Go           string        `json:"go"`
	Version      string        `json:"version"`
	Measured     string        `json:"measured"`
	Measurements []measurement `json:"measurements"`
}

// benchReport writes docs/performance-exchange.md from the JSON of «congvu bench exchange --json».
func benchReport(_ context.Context, w *world, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var s scoreboard
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("tệp %s: %w", path, err)
	}
	return s.write(w.out)
}

func (s scoreboard) write(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Exchange: documents a second with receipts\n\nMade by `congvu bench report FILE` from the JSON of `congvu bench exchange --json --db postgres://… >FILE`; not edited by hand. "+
		"%d processors, %s, version %s, measured %s.\n\n", s.CPUs, s.Go, s.Version, s.Measured)
	b.WriteString("A document counts from before its issue until the sender's delivery line shows the signed receipt. \"5 KB\" and \"500 KB\" are the content; with two signatures, two pictures and " +
		"the message around it the parcel is as large as the note says. Mail carries the same PDF files.\n\n| what | a second | p50 ms | p95 ms | p99 ms | failed | note |\n|---|---:|---:|---:|---:|---:|---|\n")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	for _, m := range s.Measurements {
		fmt.Fprintf(&b, "| %s | %.0f | %s | %s | %s | %d | %s |\n", m.Name, m.Rate, ms(m.P50), ms(m.P95), ms(m.P99), m.Errors, m.Note)
	}
	b.WriteString("\n## Against the aims\n\n")
	one, mail := s.find("one node", "5 KB, 16 senders"), s.find("SMTP", "5 KB, 16 senders")
	if one == nil {
		b.WriteString("One node was not measured.\n")
	} else {
		fmt.Fprintf(&b, "- At least 200 documents a second on one node: %s (%.0f).\n- p95 below 3 s: %s (%.2f s).\n", met(one.Rate >= 200), one.Rate, met(one.P95 < 3*time.Second), one.P95.Seconds())
	}
	switch {
	case one != nil && mail != nil && mail.Rate > 0:
		fmt.Fprintf(&b, "- Three times signed mail: %s (%.2f times; mail registers nothing and keeps no journal).\n", met(one.Rate >= 3*mail.Rate), one.Rate/mail.Rate)
	default:
		b.WriteString("- Signed mail was not measured: Postfix was not there, or the program not run by root.\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (s scoreboard) find(start, end string) *measurement {
	for i, m := range s.Measurements {
		if strings.HasPrefix(m.Name, start) && strings.HasSuffix(m.Name, end) {
			return &s.Measurements[i]
		}
	}
	return nil
}

func met(yes bool) string {
	if yes {
		return "met"
	}
	return "missed"
}
