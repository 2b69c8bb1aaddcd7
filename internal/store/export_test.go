package store

// Without is the configuration of an older program, which did not have these migrations.
func (c Config) Without(versions ...int64) Config {
	c.without = versions
	return c
}
