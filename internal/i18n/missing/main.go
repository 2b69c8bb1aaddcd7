// Command missing prints the sentences that have no English translation yet, as JSON by area, ready to be filled in and moved
// to internal/i18n/en/<area>.json. With -unused it prints translations no source uses. Exit status 1 when there are any.
//
//	go run ./internal/i18n/missing [-dir .] [-area documents] [-literals internal/blob,internal/calendar] [-unused]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"congvu/internal/i18n"
)

func main() {
	dir := flag.String("dir", ".", "checkout to read")
	area := flag.String("area", "", "only this area (folder below internal)")
	literals := flag.String("literals", "", "folders where every Vietnamese literal is a sentence, separated by commas")
	unused := flag.Bool("unused", false, "print unused translations instead")
	flag.Parse()
	scan := i18n.Scan{}
	if *literals != "" {
		scan.Literals = strings.Split(*literals, ",")
	}
	uses, err := i18n.Uses(*dir, scan)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	report := i18n.CompareUses(uses)
	var found any = report.Unused
	n := len(report.Unused)
	if !*unused {
		byArea := map[string]map[string]string{}
		n = 0
		for _, u := range report.Missing {
			a := areaOf(u.File)
			if *area != "" && a != *area {
				continue
			}
			if byArea[a] == nil {
				byArea[a] = map[string]string{}
			}
			byArea[a][u.Text] = ""
			n++
		}
		found = byArea
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if n > 0 {
		os.Exit(1)
	}
}

// areaOf is the room or shed a file belongs to.
func areaOf(file string) string {
	parts := strings.Split(file, "/")
	if len(parts) > 2 && parts[0] == "internal" {
		return parts[1]
	}
	return parts[0]
}
