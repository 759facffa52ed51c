// Record batches as Apache Kafka's own classes write, convert and read them. Run by hand with the jars of Kafka 3.9:
//
//   java -cp "LIB/*" RecordVectors.java write > generated/java.json   vectors for the tests
//   java -cp "LIB/*" RecordVectors.java check < ours.jsonl             reads what ours.ts wrote, and compares
//
// A record is [offset, "timestamp", key, value, [[headerKey, headerValue]...]], bytes in hex or null. A value "~N" stands
// for the first N bytes of the text that `pattern` makes.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;

public class RecordVectors {
  static final long T = 1_700_000_000_000L;
  static final HexFormat HEX = HexFormat.of();
  static final List<String> lines = new ArrayList<>();

  record Rec(long timestamp, byte[] key, byte[] value, Header... headers) {}

  static byte[] pattern(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < length; i++) text.append("line ").append(i / 40).append(" of the pattern;");
    return text.substring(0, length).getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  static List<Rec> small(boolean withHeaders) {
    Header[] headers = withHeaders
        ? new Header[] {new RecordHeader("h", bytes("x")), new RecordHeader("h", null), new RecordHeader("ü", bytes(""))}
        : new Header[0];
    return List.of(
        new Rec(T, bytes("k1"), bytes("v1"), headers),
        new Rec(T + 5, null, bytes("v2")),
        new Rec(T - 100_000, bytes("k3"), null),
        new Rec(T + 7, bytes(""), bytes("")),
        new Rec(T, null, null));
  }

  static List<Rec> times() {
    return List.of(
        new Rec(0, bytes("a"), bytes("b")),
        new Rec(-1, bytes("a"), bytes("b")),
        new Rec(T * 1_000_000, bytes("nanos"), bytes("b")),
        new Rec((1L << 53) - 1, bytes("a"), bytes("b")),
        new Rec(1L << 53, bytes("a"), bytes("b")),
        new Rec(Long.MAX_VALUE, bytes("a"), bytes("b")));
  }

  static List<Rec> large() {
    return List.of(new Rec(T, bytes("large"), pattern(70_000)), new Rec(T + 1, null, pattern(40)));
  }

  static MemoryRecords build(byte magic, CompressionType codec, boolean appendTime, long baseOffset, List<Rec> recs) {
    TimestampType type = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE
        : appendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(512), magic, Compression.of(codec).build(),
        magic == 0 ? TimestampType.CREATE_TIME : type, baseOffset, appendTime ? T + 99 : -1);
    for (Rec rec : recs) builder.append(rec.timestamp, rec.key, rec.value, rec.headers);
    return builder.build();
  }

  static String hex(ByteBuffer buffer) {
    if (buffer == null) return "null";
    byte[] copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return quoted(copy);
  }

  static String quoted(byte[] bytes) {
    if (bytes == null) return "null";
    if (bytes.length >= 40 && java.util.Arrays.equals(bytes, pattern(bytes.length))) return "\"~" + bytes.length + "\"";
    return "\"" + HEX.formatHex(bytes) + "\"";
  }

  static String records(MemoryRecords memory) {
    StringBuilder out = new StringBuilder("[");
    for (MutableRecordBatch batch : memory.batches()) {
      batch.ensureValid();
      for (Record record : batch) {
        if (out.length() > 1) out.append(',');
        out.append('[').append(record.offset()).append(",\"").append(record.timestamp()).append("\",");
        out.append(hex(record.key())).append(',').append(hex(record.value())).append(",[");
        boolean first = true;
        for (Header header : record.headers()) {
          if (!first) out.append(',');
          first = false;
          out.append("[").append(quoted(bytes(header.key()))).append(',').append(quoted(header.value())).append(']');
        }
        out.append("]]");
      }
    }
    return out.append(']').toString();
  }

  static void vector(String kind, String name, String extra, MemoryRecords memory) {
    lines.add("{\"kind\":\"" + kind + "\",\"name\":\"" + name + "\"," + extra + "\"bytes\":" + hex(memory.buffer())
        + ",\"records\":" + records(memory) + "}");
  }

  static MemoryRecords upConverted(MemoryRecords source, CompressionType from, CompressionType to, boolean appendTime) {
    LogValidator validator = new LogValidator(source, new TopicPartition("t", 0), Time.SYSTEM, from,
        Compression.of(to).build(), false, (byte) 2,
        appendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE, 7,
        AppendOrigin.CLIENT, MetadataVersion.latestTesting());
    return validator.validateMessagesAndAssignOffsets(PrimitiveRef.ofLong(1000), new LogValidator.MetricsRecorder() {
      public void recordInvalidMagic() {}
      public void recordInvalidOffset() {}
      public void recordInvalidSequence() {}
      public void recordInvalidChecksums() {}
      public void recordNoKeyCompactedTopic() {}
    }, BufferSupplier.NO_CACHING).validatedRecords;
  }

  static void write() {
    for (CompressionType codec : CompressionType.values()) {
      for (byte magic = 0; magic <= 2; magic++) {
        if (codec == CompressionType.ZSTD && magic < 2) continue;
        String name = "magic " + magic + " " + codec.name;
        String extra = "\"magic\":" + magic + ",\"codec\":\"" + codec.name + "\",";
        vector("batch", name, extra, build(magic, codec, false, 40, small(magic == 2)));
        if (magic > 0) {
          vector("batch", name + " times", extra, build(magic, codec, false, 0, times()));
          vector("batch", name + " append time", extra, build(magic, codec, true, 3, small(false)));
        }
        if (codec != CompressionType.NONE) vector("batch", name + " large", extra, build(magic, codec, false, 0, large()));
        if (magic < 2) {
          MemoryRecords source = build(magic, codec, false, 0, small(false));
          String from = "\"codec\":\"" + codec.name + "\",\"source\":" + hex(source.buffer()) + ",";
          vector("up", name, from, upConverted(source, codec, codec, false));
          vector("up", name + " append time", from, upConverted(source, codec, codec, true));
        }
        for (byte to = 0; to < magic; to++) {
          if (codec == CompressionType.ZSTD) continue;
          for (boolean appendTime : new boolean[] {false, true}) {
            MemoryRecords source = build(magic, codec, appendTime, 10, small(magic == 2));
            String from = "\"toMagic\":" + to + ",\"fetchOffset\":12,\"codec\":\"" + codec.name + "\",\"source\":" + hex(source.buffer()) + ",";
            vector("down", name + " to " + to + (appendTime ? " append time" : ""), from,
                (MemoryRecords) source.downConvert(to, 12, Time.SYSTEM).records());
          }
        }
      }
    }
    System.out.println("[\n" + String.join(",\n", lines) + "\n]");
  }

  static String field(String line, String name) {
    int start = line.indexOf("\"" + name + "\":\"") + name.length() + 4;
    return line.substring(start, line.indexOf('"', start));
  }

  static void check() throws Exception {
    int good = 0;
    List<String> bad = new ArrayList<>();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null; ) {
      String name = field(line, "name");
      String expected = line.substring(line.indexOf("\"records\":") + 10, line.length() - 1);
      String actual;
      try {
        actual = records(MemoryRecords.readableRecords(ByteBuffer.wrap(HEX.parseHex(field(line, "bytes")))));
      } catch (Exception e) {
        actual = e.toString();
      }
      if (actual.equals(expected)) good++;
      else bad.add(name + "\n  expected " + expected + "\n  read     " + actual);
    }
    System.out.println(good + " read as written, " + bad.size() + " not");
    bad.forEach(System.out::println);
    if (!bad.isEmpty()) System.exit(1);
  }

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    if (args[0].equals("write")) write();
    else check();
  }
}
