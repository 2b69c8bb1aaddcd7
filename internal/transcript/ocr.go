package transcript

import (
	"bytes"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// recognised is what the recogniser saw: places in pixels of a picture so wide and high.
type recognised struct {
	Page
	wide, high float64
}

var recognisers sync.Map // program asked for → where it is, "" = absent

// tesseract gives the program, and whether it is there with Vietnamese.
func (r *Reader) tesseract() (string, bool) {
	if r.Tesseract == "-" {
		return "", false
	}
	name := r.Tesseract
	if name == "" {
		name = "tesseract"
	}
	if known, ok := recognisers.Load(name); ok {
		return known.(string), known != ""
	}
	path, err := exec.LookPath(name)
	if err == nil {
		var langs []byte
		if langs, err = exec.Command(path, "--list-langs").Output(); err == nil && !strings.Contains(string(langs), "vie") {
			err = errors.New("no Vietnamese")
		}
	}
	if err != nil {
		path = ""
	}
	recognisers.Store(name, path)
	return path, path != ""
}

// Recognises tells whether scans are read on this machine, for the operator's page and messages.
func (r *Reader) Recognises() bool {
	_, ok := r.tesseract()
	return ok
}

// readTSV reads tesseract's table: level page block par line word left top width height conf text. Words of its level 5 become pieces.
func readTSV(b []byte) recognised {
	var r recognised
	var pieces []piece
	for row := range bytes.SplitSeq(b, []byte("\n")) {
		cells := strings.SplitN(string(row), "\t", 12)
		if len(cells) < 12 {
			continue
		}
		var n [11]float64
		bad := false
		for i := range 11 {
			f, err := strconv.ParseFloat(cells[i], 64)
			n[i], bad = f, bad || err != nil
		}
		if bad {
			continue
		}
		at := Box{n[6], n[7], n[6] + n[8], n[7] + n[9]}
		switch n[0] {
		case 1:
			r.wide, r.high = n[8], n[9]
		case 5:
			if len(pieces) < 50_000 && n[10] >= 0 {
				pieces = append(pieces, piece{cells[11], at, min(1, n[10]/100), Font{}})
			}
		}
	}
	r.Lines = lines(pieces)
	return r
}

// scaled moves the places from pixels to a page of that size.
func (r recognised) scaled(width, height float64) []Line {
	if r.wide <= 0 || r.high <= 0 {
		return nil
	}
	x, y := width/r.wide, height/r.high
	for i := range r.Lines {
		b := &r.Lines[i].Box
		*b = Box{b.Left * x, b.Top * y, b.Right * x, b.Bottom * y}
	}
	return r.Lines
}
