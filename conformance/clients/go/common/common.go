// What the Go client programs share: options, the records, events, stdin. Built into each of them.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
)

type options struct {
	bootstrap, topic, codec, group, name, version, instance, assignor, retention string
	partitions, count, start, max, grow                                          int
	base, offset, time, session                                                  int64
	idempotent                                                                   bool
}

func parse() (string, options) {
	var o options
	if len(os.Args) < 2 {
		fail(fmt.Errorf("a command is needed"))
	}
	set := flag.NewFlagSet("client", flag.ExitOnError)
	set.StringVar(&o.bootstrap, "bootstrap", "", "")
	set.StringVar(&o.topic, "topic", "", "")
	set.StringVar(&o.codec, "codec", "none", "")
	set.StringVar(&o.group, "group", "", "")
	set.StringVar(&o.name, "name", "", "")
	set.StringVar(&o.version, "version", "", "")
	set.StringVar(&o.instance, "instance", "", "")
	set.StringVar(&o.assignor, "assignor", "", "")
	set.StringVar(&o.retention, "retention", "", "")
	idempotent := set.String("idempotent", "false", "")
	set.IntVar(&o.grow, "grow", 0, "")
	set.Int64Var(&o.session, "session", 10000, "")
	set.Int64Var(&o.offset, "offset", -1, "")
	set.Int64Var(&o.time, "time", -1, "")
	set.IntVar(&o.partitions, "partitions", 1, "")
	set.IntVar(&o.count, "count", 0, "")
	set.IntVar(&o.start, "start", 0, "")
	set.IntVar(&o.max, "max", -1, "")
	set.Int64Var(&o.base, "base", 0, "")
	// Options may stand before the command: the registry puts those of a variant there.
	first := 1
	for first+2 < len(os.Args) && strings.HasPrefix(os.Args[first], "--") {
		first += 2
	}
	rest := append(append([]string{}, os.Args[1:first]...), os.Args[first+1:]...)
	if err := set.Parse(rest); err != nil {
		fail(err)
	}
	o.idempotent = *idempotent == "true"
	return os.Args[first], o
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

var printing sync.Mutex

type fields map[string]any

func emit(event string, more fields) {
	if more == nil {
		more = fields{}
	}
	more["event"] = event
	line, err := json.Marshal(more)
	must(err)
	printing.Lock()
	defer printing.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

func keyOf(i int) []byte {
	if i%10 == 3 {
		return nil
	}
	return []byte(fmt.Sprintf("key-%d", i))
}

func valueOf(i int) []byte {
	if i%10 == 5 {
		return nil
	}
	return []byte(fmt.Sprintf("value-%d-%s", i, strings.Repeat("abcdefghij", i%10)))
}

// A pointer, so that null stays null in JSON.
func text(data []byte) *string {
	if data == nil {
		return nil
	}
	s := string(data)
	return &s
}

// Closed once stdin says the word that ends the program, or ends.
func askedToEnd() <-chan struct{} {
	asked := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			if word := strings.TrimSpace(lines.Text()); word == "leave" || word == "stop" {
				break
			}
		}
		close(asked)
	}()
	return asked
}

// What the topics and configs commands do, each with the library's own way.
type administrator interface {
	create(topic string, partitions int, retention string) error
	topics() []string
	partitions(topic string) int
	grow(topic string, partitions int)
	remove(topic string)
	retention(topic string) string
	setRetention(topic, value string)
}

func administerTopics(o options, a administrator) {
	must(a.create(o.topic, o.partitions, "3600000"))
	emit("created", nil)
	if err := a.create(o.topic, 1, "3600000"); err != nil {
		emit("refused", fields{"error": err.Error()})
	}
	found := false
	for _, name := range a.topics() {
		found = found || name == o.topic
	}
	emit("listed", fields{"found": found})
	emit("described", fields{"partitions": a.partitions(o.topic)})
	if o.grow > 0 {
		a.grow(o.topic, o.grow)
		emit("described", fields{"partitions": a.partitions(o.topic)})
	}
	a.remove(o.topic)
	emit("deleted", nil)
}

func administerConfigs(o options, a administrator) {
	emit("config", fields{"retention.ms": a.retention(o.topic)})
	a.setRetention(o.topic, o.retention)
	emit("altered", nil)
	emit("config", fields{"retention.ms": a.retention(o.topic)})
}
