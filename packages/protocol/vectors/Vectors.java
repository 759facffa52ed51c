import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.jar.JarFile;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;

/**
 * Prints reference vectors of Kafka's own serialisation, one a line: message, version, hex, value as JSON. Values are
 * drawn from a seed, guided by the schema of each version. See README.md in this folder.
 */
public class Vectors {
    static final Random random = new Random(20240229);

    public static void main(String[] args) throws Exception {
        File folder = new File(args[0]);
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        if (args.length > 1 && args[1].equals("errors")) {
            for (Errors error : Errors.values()) out.println(error.code() + "\t" + error.name() + "\t" + error.message());
            out.flush();
            return;
        }
        TreeMap<String, Class<?>> messages = new TreeMap<>();
        for (File jar : Objects.requireNonNull(folder.listFiles())) {
            if (!jar.getName().startsWith("kafka") || !jar.getName().endsWith(".jar")) continue;
            try (JarFile file = new JarFile(jar)) {
                for (var entries = file.entries(); entries.hasMoreElements(); ) {
                    String name = entries.nextElement().getName();
                    if (!name.endsWith(".class") || name.contains("$") || name.contains("JsonConverter")) continue;
                    if (!name.contains("/common/message/") && !name.contains("/generated/") && !name.contains("/common/metadata/") && !name.contains("/internals/")) continue;
                    Class<?> type;
                    try {
                        type = Class.forName(name.substring(0, name.length() - 6).replace('/', '.'), false, Vectors.class.getClassLoader());
                    } catch (Throwable e) {
                        continue;
                    }
                    if (type.isInterface() || !Message.class.isAssignableFrom(type)) continue;
                    messages.put(type.getSimpleName(), type);
                }
            }
        }
        for (Class<?> type : messages.values()) vectors(type, out);
        out.flush();
    }

    static void vectors(Class<?> type, PrintStream out) throws Exception {
        Class<?> converter;
        Schema[] schemas;
        try {
            converter = Class.forName(type.getName() + "JsonConverter");
            Field field = type.getField("SCHEMAS");
            schemas = (Schema[]) field.get(null);
        } catch (ClassNotFoundException | NoSuchFieldException e) {
            return;
        }
        Method toJson = converter.getMethod("write", type, short.class);
        short lowest = type.getField("LOWEST_SUPPORTED_VERSION").getShort(null);
        short highest = type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null);
        for (short version = lowest; version <= highest; version++) {
            for (int round = 0; round < 2; round++) {
                Message message = (Message) type.getConstructor().newInstance();
                if (round == 1 || version == highest) fill(message, schemas[version], 0, round == 0 ? 0.3 : 0.8);
                else continue;
                ObjectSerializationCache cache = new ObjectSerializationCache();
                ByteBuffer buffer;
                JsonNode json;
                try {
                    buffer = ByteBuffer.allocate(message.size(cache, version));
                    message.write(new ByteBufferAccessor(buffer), cache, version);
                    json = (JsonNode) toJson.invoke(null, message, version);
                } catch (RuntimeException | InvocationTargetException e) {
                    System.err.println(type.getSimpleName() + " v" + version + ": " + (e.getCause() == null ? e : e.getCause()));
                    continue;
                }
                StringBuilder text = new StringBuilder();
                json(json, text);
                String name = type.getSimpleName();
                if (name.endsWith("Data") && type.getName().contains(".common.message.")) name = name.substring(0, name.length() - 4);
                out.println(name + "\t" + version + "\t" + HexFormat.of().formatHex(buffer.array()) + "\t" + text);
            }
        }
    }

    /** Moved in Kafka 4.3. */
    static Class<?> memoryRecords() throws ClassNotFoundException {
        try {
            return Class.forName("org.apache.kafka.common.record.internal.MemoryRecords");
        } catch (ClassNotFoundException e) {
            return Class.forName("org.apache.kafka.common.record.MemoryRecords");
        }
    }

    /** As JSON, with numbers that a double cannot hold as strings. */
    static void json(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            out.append('{');
            String comma = "";
            for (Iterator<Map.Entry<String, JsonNode>> it = node.fields(); it.hasNext(); comma = ",") {
                Map.Entry<String, JsonNode> entry = it.next();
                out.append(comma).append('"').append(entry.getKey()).append("\":");
                json(entry.getValue(), out);
            }
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            for (int i = 0; i < node.size(); i++) {
                if (i > 0) out.append(',');
                json(node.get(i), out);
            }
            out.append(']');
        } else if (node.isLong() && (node.asLong() > (1L << 53) - 1 || node.asLong() < -(1L << 53) + 1)) {
            out.append('"').append(node.asLong()).append('"');
        } else {
            out.append(node.toString());
        }
    }

    static void fill(Object target, Schema schema, int depth, double chance) throws Exception {
        for (BoundField bound : schema.fields()) {
            if (bound.def.type instanceof TaggedFields) {
                Field hidden = TaggedFields.class.getDeclaredField("fields");
                hidden.setAccessible(true);
                for (Object o : ((Map<?, ?>) hidden.get(bound.def.type)).values()) {
                    var field = (org.apache.kafka.common.protocol.types.Field) o;
                    if (random.nextDouble() < chance) set(target, field.name, field.type, depth, chance);
                }
            } else {
                set(target, bound.def.name, bound.def.type, depth, chance);
            }
        }
    }

    static void set(Object target, String snake, org.apache.kafka.common.protocol.types.Type wire, int depth, double chance) throws Exception {
        StringBuilder camel = new StringBuilder("set");
        boolean upper = true;
        for (char c : snake.toCharArray()) {
            if (c == '_') upper = true;
            else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        for (Method method : target.getClass().getMethods()) {
            if (!method.getName().equalsIgnoreCase(camel.toString())) continue;
            Object value = value(wire, method.getParameterTypes()[0], method.getGenericParameterTypes()[0], depth, chance);
            method.invoke(target, value);
            return;
        }
        throw new IllegalStateException(target.getClass() + " has no " + camel);
    }

    static Object value(org.apache.kafka.common.protocol.types.Type wire, Class<?> type, Type generic, int depth, double chance) throws Exception {
        if (wire.isNullable() && random.nextInt(5) == 0) return null;
        if (Collection.class.isAssignableFrom(type)) {
            @SuppressWarnings("unchecked")
            Collection<Object> list = type == List.class ? new ArrayList<>() : (Collection<Object>) type.getConstructor().newInstance();
            Type elementType = type == List.class
                ? ((ParameterizedType) generic).getActualTypeArguments()[0]
                : ((ParameterizedType) type.getGenericSuperclass()).getActualTypeArguments()[0];
            var elementWire = wire.arrayElementType().get();
            int count = random.nextInt(depth == 0 ? 4 : 3);
            for (int i = 0; i < count; i++) list.add(value(elementWire, (Class<?>) elementType, elementType, depth + 1, chance));
            return list;
        }
        if (wire instanceof Schema) {
            Object struct = type.getConstructor().newInstance();
            fill(struct, (Schema) wire, depth + 1, chance);
            return struct;
        }
        // A nullable struct hides its schema: the class has it for its newest version, which will do for most.
        if (Message.class.isAssignableFrom(type)) {
            Object struct = type.getConstructor().newInstance();
            Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
            fill(struct, schemas[schemas.length - 1], depth + 1, chance);
            return struct;
        }
        int extreme = random.nextInt(6);
        if (type == boolean.class) return random.nextBoolean();
        if (type == byte.class || type == Byte.class) return (byte) (extreme == 0 ? Byte.MIN_VALUE : random.nextInt(100));
        if (type == short.class || type == Short.class) return (short) (extreme == 0 ? Short.MAX_VALUE : extreme == 1 ? Short.MIN_VALUE : random.nextInt(300));
        if (type == int.class || type == Integer.class) {
            if (wire == org.apache.kafka.common.protocol.types.Type.UINT16) return random.nextInt(65536);
            return extreme == 0 ? Integer.MAX_VALUE : extreme == 1 ? Integer.MIN_VALUE : random.nextInt(3000);
        }
        if (type == long.class || type == Long.class) {
            if (wire == org.apache.kafka.common.protocol.types.Type.UNSIGNED_INT32) return random.nextLong() & 0xffffffffL;
            return extreme == 0 ? Long.MAX_VALUE : extreme == 1 ? Long.MIN_VALUE : extreme == 2 ? random.nextLong() : (long) random.nextInt();
        }
        if (type == double.class) return extreme == 0 ? Double.NaN : random.nextGaussian() * 1e6;
        if (type == String.class) {
            if (extreme == 0) return "";
            if (extreme == 1) return "größe-\u20ac-\ud83d\ude00";
            if (extreme == 2 && depth < 2) return "x".repeat(130);
            return "s" + random.nextInt(1000);
        }
        if (type == Uuid.class) return new Uuid(random.nextLong(), random.nextLong());
        if (type == byte[].class || type == ByteBuffer.class) {
            byte[] bytes = new byte[random.nextInt(6)];
            random.nextBytes(bytes);
            return type == ByteBuffer.class ? ByteBuffer.wrap(bytes) : bytes;
        }
        if (type.getSimpleName().contains("Records")) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            return memoryRecords().getMethod("readableRecords", ByteBuffer.class).invoke(null, ByteBuffer.wrap(bytes));
        }
        throw new IllegalStateException("no value for " + type);
    }
}
