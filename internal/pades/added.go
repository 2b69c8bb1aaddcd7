package pades

import "bytes"

// Added grades what a program that was handed a file put behind it: the new file must begin with the very bytes of the old one
// (else ErrAltered), and what follows may only be signatures, validation data or document information. A first certification is
// no doubt here, for it is what the program was asked for. Files that cannot be read are refused as when they are signed.
func Added(old, new []byte) (Change, []Finding, error) {
	if len(new) <= len(old) || !bytes.Equal(new[:len(old)], old) {
		return OtherChange, nil, ErrAltered.because("the revision handed out is not the beginning of the file")
	}
	before, err := openForChange(old)
	if err != nil {
		return OtherChange, nil, err
	}
	after, err := openForChange(new)
	if err != nil {
		return OtherChange, nil, err
	}
	if after.Trailing > 0 || !buildsUpon(after, before) {
		return OtherChange, nil, ErrAltered.because("the sections of the revision handed out are not the oldest of the file")
	}
	left := maxCompared
	found := compare(before, after, ruleOf(before, []string{}), &left)
	if permission(before) == 0 && permission(after) != 0 {
		found.forget(DoubtfulChange, "Root/Perms")
	}
	return found.grade, found.findings(), nil
}

// forget takes one expected difference out and grades the rest.
func (c *changes) forget(g Change, where string) {
	kept := c.list[:0]
	c.grade = NoChange
	for _, d := range c.list {
		if d.grade == g && d.where == where {
			c.total[g]--
			continue
		}
		kept = append(kept, d)
	}
	c.list = kept
	for g, n := range c.total {
		if n > 0 {
			c.grade = max(c.grade, g)
		}
	}
}
