package pades

import (
	"bytes"

	"congvu/internal/pdf"
)

// checkDSS wants a document security store to hold known keys and streams only; its content proves itself or nothing. What
// was in it may not silently leave: evidence that is gone is doubtful.
func (c *comparison) checkDSS(at *place, a, b any) {
	if c.same(a, b) {
		return
	}
	store, ok := c.dictOnly(at, b)
	if !ok {
		return
	}
	c.tell(ValidationChange, at, wasAdded)
	old := c.old.Dict(a)
	for k := range old {
		if _, kept := store[k]; !kept && k != "Type" {
			c.report("store.key-removed", DoubtfulChange, &place{up: at, step: string(k)}, wasRemoved)
		}
	}
	for k, v := range store {
		step := &place{up: at, step: string(k)}
		switch k {
		case "Type":
		case "Certs", "OCSPs", "CRLs":
			c.onlyStreams(step, v)
			c.keepsStreams(step, old[k], v)
		case "VRI":
			c.checkVRIs(step, old[k], v)
		default:
			c.report("store.key", OtherChange, step, wasAdded)
		}
	}
}

func (c *comparison) checkVRIs(at *place, a, b any) {
	all, ok := c.dictOnly(at, b)
	if !ok {
		return
	}
	for name := range c.old.Dict(a) {
		if _, kept := all[name]; !kept {
			c.report("store.vri-removed", DoubtfulChange, &place{up: at, step: string(name)}, wasRemoved)
		}
	}
	for name, entry := range all {
		if name != "Type" {
			c.checkVRI(&place{up: at, step: string(name)}, entry)
		}
	}
}

func (c *comparison) checkVRI(at *place, entry any) {
	d, ok := c.dictOnly(at, entry)
	if !ok {
		return
	}
	for k, v := range d {
		step := &place{up: at, step: string(k)}
		switch k {
		case "Type", "TU":
		case "TS":
			if c.new.Stream(v) == nil {
				c.report("store.vri-stamp", OtherChange, step, wasRetyped)
			}
		case "Cert", "OCSP", "CRL":
			c.onlyStreams(step, v)
		default:
			c.report("store.vri-key", OtherChange, step, wasAdded)
		}
	}
}

// dictOnly gives the dictionary that o is, and tells anything else, a stream too.
func (c *comparison) dictOnly(at *place, o any) (pdf.Dict, bool) {
	v, err := c.new.Resolve(o)
	d, ok := v.(pdf.Dict)
	if !ok || err != nil {
		c.report("store.dictionary", OtherChange, at, wasRetyped)
		return nil, false
	}
	return d, true
}

func (c *comparison) onlyStreams(at *place, list any) {
	v, err := c.new.Resolve(list)
	all, ok := v.(pdf.Array)
	if !ok || err != nil {
		c.report("store.list", OtherChange, at, wasRetyped)
		return
	}
	for _, o := range all {
		if c.new.Stream(o) == nil {
			c.report("store.stream", OtherChange, at, wasRetyped)
		}
	}
}

// keepsStreams tells evidence that the newer list lacks.
func (c *comparison) keepsStreams(at *place, a, b any) {
	have := map[string]bool{}
	for _, o := range c.new.Array(b) {
		if s := c.new.Stream(o); s != nil {
			have[string(s.Raw)] = true
		}
	}
	for _, o := range c.old.Array(a) {
		if s := c.old.Stream(o); s != nil && !have[string(s.Raw)] && !c.carries(b, s) {
			c.report("store.evidence-removed", DoubtfulChange, at, wasRemoved)
		}
	}
}

// carries looks for the same evidence compressed in another way.
func (c *comparison) carries(list any, s *pdf.Stream) bool {
	want, err := c.old.Decode(s, maxMaterialItem)
	if err != nil {
		return false
	}
	for _, o := range c.new.Array(list) {
		x := c.new.Stream(o)
		if *c.left--; x == nil || *c.left < 0 {
			continue
		}
		if got, err := c.new.Decode(x, len(want)); err == nil && bytes.Equal(got, want) {
			return true
		}
	}
	return false
}
