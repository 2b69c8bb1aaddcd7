package client

import (
	"errors"
	"strconv"
)

// ID identifies one thing of an installation. It is text in JSON; 0 is no thing.
type ID int64

var errID = errors.New("an identifier is a positive whole number")

// ParseID reads an identifier as it stands in addresses.
func ParseID(s string) (ID, error) {
	if len(s) == 0 || len(s) > 19 || s[0] == '0' {
		return 0, errID
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, errID
	}
	return ID(n), nil
}

// String is the identifier in decimal digits.
func (i ID) String() string { return strconv.FormatInt(int64(i), 10) }

// MarshalText gives the decimal digits.
func (i ID) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText refuses everything but decimal digits of a positive number.
func (i *ID) UnmarshalText(b []byte) (err error) {
	*i, err = ParseID(string(b))
	return err
}
