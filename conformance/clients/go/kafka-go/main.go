// Client program for segmentio/kafka-go.
package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

var codecs = map[string]kafka.Compression{"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd}

type byNumber struct{}

// The record's number decides; the writer has no other way to choose.
func (byNumber) Balance(m kafka.Message, partitions ...int) int {
	n, _ := strconv.Atoi(string(m.Headers[1].Value))
	return n % len(partitions)
}

func record(m kafka.Message) {
	headers := map[string]*string{}
	for _, h := range m.Headers {
		headers[h.Key] = text(h.Value)
	}
	emit("record", fields{"partition": m.Partition, "offset": m.Offset, "key": text(m.Key), "value": text(m.Value),
		"timestamp": m.Time.UnixMilli(), "headers": headers})
}

func produce(o options) {
	writer := &kafka.Writer{Addr: kafka.TCP(o.bootstrap), Topic: o.topic, Balancer: byNumber{}, RequiredAcks: kafka.RequireAll,
		Compression: codecs[o.codec], BatchTimeout: 20 * time.Millisecond}
	writer.Completion = func(messages []kafka.Message, err error) {
		must(err)
		for _, m := range messages {
			n, _ := strconv.Atoi(string(m.Headers[1].Value))
			emit("acked", fields{"i": n, "partition": m.Partition, "offset": m.Offset})
		}
	}
	var messages []kafka.Message
	for i := o.start; i < o.start+o.count; i++ {
		messages = append(messages, kafka.Message{Key: keyOf(i), Value: valueOf(i), Time: time.UnixMilli(o.base + int64(i)),
			Headers: []kafka.Header{{Key: "client", Value: []byte(o.name)}, {Key: "n", Value: []byte(fmt.Sprint(i))}}})
	}
	must(writer.WriteMessages(context.Background(), messages...))
	must(writer.Close())
	emit("produced", fields{"count": o.count})
}

func consume(o options) {
	messages := make(chan kafka.Message)
	for p := 0; p < o.partitions; p++ {
		reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{o.bootstrap}, Topic: o.topic, Partition: p, MaxWait: 500 * time.Millisecond})
		must(reader.SetOffset(kafka.FirstOffset))
		go func() {
			for {
				m, err := reader.ReadMessage(context.Background())
				must(err)
				messages <- m
			}
		}()
	}
	for k := 0; k < o.max; k++ {
		record(<-messages)
	}
	emit("done", nil)
}

// The reader tells its assignment only to its log: "subscribed to topics and partitions: map[{topic:t partition:0}:0 ...]".
type assignments struct{ topic string }

var subscribed = regexp.MustCompile(`partition:(\d+)`)

func (a assignments) Printf(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	fmt.Fprintln(os.Stderr, line)
	if !strings.HasPrefix(line, "subscribed to topics and partitions") {
		return
	}
	owned := []int{}
	for _, found := range subscribed.FindAllStringSubmatch(line, -1) {
		p, _ := strconv.Atoi(found[1])
		owned = append(owned, p)
	}
	sort.Ints(owned)
	emit("assigned", fields{"partitions": owned})
}

func group(o options) {
	asked := askedToEnd()
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{o.bootstrap}, GroupID: o.group, Topic: o.topic, StartOffset: kafka.FirstOffset,
		MaxWait: 500 * time.Millisecond, HeartbeatInterval: 500 * time.Millisecond, JoinGroupBackoff: 500 * time.Millisecond, Logger: assignments{o.topic}})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	for left := o.max; left != 0; left-- {
		m, err := reader.FetchMessage(ctx)
		if ctx.Err() != nil {
			break
		}
		must(err)
		record(m)
		must(reader.CommitMessages(context.Background(), m))
	}
	must(reader.Close())
	emit("closed", nil)
}

func main() {
	command, o := parse()
	switch command {
	case "produce":
		produce(o)
	case "consume":
		consume(o)
	case "group":
		group(o)
	default:
		fail(fmt.Errorf("unknown command %s", command))
	}
}
