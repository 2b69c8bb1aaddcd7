package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"congvu/internal/edxml"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// checkEdxml reads a message as the exchange would: exit 0 readable, 1 quarantined with the reason.
func checkEdxml(_ context.Context, w *world, args []string) error {
	fs := flags(w, "edxml", "edxml check TỆP.edxml [--json]")
	asJSON := fs.Bool("json", false, "in kết quả đầy đủ dạng JSON")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 2 || rest[0] != "check" {
		return badUsage("cần một tệp: congvu edxml check TỆP.edxml")
	}
	f, err := os.Open(rest[1])
	if err != nil {
		return store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", rest[1]), err)
	}
	defer f.Close()
	result, err := edxml.Check(f, edxml.Options{})
	if err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(w.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(result); err != nil {
			return err
		}
	} else {
		printCheck(w, rest[1], result)
	}
	if !result.Readable {
		return exit(1)
	}
	return nil
}

func printCheck(w *world, name string, r *edxml.CheckResult) {
	if !r.Readable {
		fmt.Fprintf(w.out, "%s: cách ly – %s (%s)\n", name, i18n.T("vi", r.Quarantine.Text, r.Quarantine.Args), r.Quarantine.Code)
	} else {
		fmt.Fprintf(w.out, "%s: đọc được, %s từ %s", name, r.Kind, r.From)
		if r.Code != "" {
			fmt.Fprintf(w.out, ", số %s", r.Code)
		}
		if r.Subject != "" {
			fmt.Fprintf(w.out, "\n  Trích yếu: %s", r.Subject)
		}
		fmt.Fprintln(w.out)
	}
	for _, f := range r.Files {
		fmt.Fprintf(w.out, "  Tệp: %s (%s)\n", f.Name, i18n.Size("vi", f.Size))
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(w.out, "  - %s (%s)\n", i18n.T("vi", warning.Text, warning.Args), warning.Code)
	}
}
