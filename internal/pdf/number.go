package pdf

import "strconv"

// Number resolves o to a number; false for anything else.
func (f *File) Number(o any) (float64, bool) {
	switch v, _ := f.Resolve(o); v := v.(type) {
	case int64:
		return float64(v), true
	case Real:
		n, err := strconv.ParseFloat(string(v), 64)
		return n, err == nil
	}
	return 0, false
}

// Int resolves o to an integer; false for anything else.
func (f *File) Int(o any) (int64, bool) {
	v, _ := f.Resolve(o)
	n, ok := v.(int64)
	return n, ok
}
