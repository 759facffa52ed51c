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
		if o.time >= 0 {
			must(reader.SetOffsetAt(context.Background(), time.UnixMilli(o.time)))
		} else if o.offset >= 0 {
			must(reader.SetOffset(o.offset))
		} else {
			must(reader.SetOffset(kafka.FirstOffset))
		}
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

type admin struct{ *kafka.Client }

func open(o options) admin { return admin{&kafka.Client{Addr: kafka.TCP(o.bootstrap)}} }

func (a admin) create(topic string, partitions int, retention string) error {
	made, err := a.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: partitions,
		ReplicationFactor: 1, ConfigEntries: []kafka.ConfigEntry{{ConfigName: "retention.ms", ConfigValue: retention}}}}})
	must(err)
	return made.Errors[topic]
}

// Its transport keeps metadata for some seconds: a new one asks anew.
func (a admin) metadata(topics ...string) []kafka.Topic {
	fresh := kafka.Client{Addr: a.Addr, Transport: &kafka.Transport{}}
	found, err := fresh.Metadata(context.Background(), &kafka.MetadataRequest{Topics: topics})
	must(err)
	return found.Topics
}

func (a admin) topics() []string {
	names := []string{}
	for _, topic := range a.metadata() {
		names = append(names, topic.Name)
	}
	return names
}

func (a admin) partitions(topic string) int { return len(a.metadata(topic)[0].Partitions) }

func (a admin) grow(topic string, partitions int) {
	done, err := a.CreatePartitions(context.Background(), &kafka.CreatePartitionsRequest{Topics: []kafka.TopicPartitionsConfig{
		{Name: topic, Count: int32(partitions)}}})
	must(err)
	must(done.Errors[topic])
}

func (a admin) remove(topic string) {
	done, err := a.DeleteTopics(context.Background(), &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	must(err)
	must(done.Errors[topic])
}

func (a admin) retention(topic string) string {
	found, err := a.DescribeConfigs(context.Background(), &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{
		{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{"retention.ms"}}}})
	must(err)
	return found.Resources[0].ConfigEntries[0].ConfigValue
}

func (a admin) setRetention(topic, value string) {
	done, err := a.IncrementalAlterConfigs(context.Background(), &kafka.IncrementalAlterConfigsRequest{Resources: []kafka.IncrementalAlterConfigsRequestResource{
		{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, Configs: []kafka.IncrementalAlterConfigsRequestConfig{
			{Name: "retention.ms", Value: value, ConfigOperation: kafka.ConfigOperationSet}}}}})
	must(err)
	must(done.Resources[0].Error)
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
	case "topics":
		administerTopics(o, open(o))
	case "configs":
		administerConfigs(o, open(o))
	default:
		fail(fmt.Errorf("unknown command %s", command))
	}
}
