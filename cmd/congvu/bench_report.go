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
// From one or more JSON files of «congvu bench all --json FILE» on a city it writes docs/performance.md.
func benchReport(_ context.Context, w *world, paths []string, htmlFile string) error {
	raw, err := os.ReadFile(paths[0])
	if err != nil {
		return err
	}
	var kind struct{ Schema int }
	if json.Unmarshal(raw, &kind) == nil && kind.Schema > 0 {
		return cityReports(w, paths, htmlFile)
	}
	path := paths[0]
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
	b.WriteString(measuredWork)
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

// measuredWork is what both sides of the comparison do and keep, and what limits the exchange.
const measuredWork = `
## What is compared

- Exchange and mail carry the same PDF, with the signature of a person and the seal of an agency. The receiver checks both signatures and their chains, the signature
  over the message, and signs a receipt, which the sender checks.
- Durable for mail: the letter in the queue of Postfix and in the mailbox, each synced; the receipt likewise. Nothing is registered, no journal is written, no letter is
  looked for twice.
- Durable for the exchange before the receipt counts: issue, parcel, delivery line, the parcel on the axis (synced for each write), the file and document of the receiver with
  the verdict on it, its journal, the receipt owed and sent, the answer of the sender's line.
- On one node sender and receiver share one store of files: bytes that both keep are written and synced once. Between two nodes they are written twice.
- The letter of mail is signed again for each; the windows, the number of senders and the machine are the same. Issue is part of the exchange's time, the making of the PDF is part of neither.
- "ms of processor" is user and system time of the processes of the exchange, with the senders of this measurement, or of Postfix and the measuring program. It leaves out PostgreSQL
  and the brokers of the cluster.

## What limits it

The processors: a node does nothing else for a document than compute for about the milliseconds its note tells, so that its rate on N free processors cannot exceed N × 1000 / that number. In a profile a third
goes to opening the parcel (checking the XML signature, reading the message, checking the PDF), a quarter to packing and signing it, a fifth to SQL, and the rest to the axis and to system calls.
A message of 5 KB travels as a parcel of about 100 KB because of pictures of signature and seal, certificates, and base64; every hash and pass over XML is over these bytes.
On a machine where other programs work the figures fall with what these take, and mail, which is many processes, gets a larger share than a node, which is one.
`
