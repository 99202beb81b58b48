/**
 * Sets the dead locals of a function to zero before each of its calls that may unwind. The code is
 * flat (Binaryen's flatten): a call is a statement, or the value of a local.set or a drop, and its
 * operands are locals and constants. Sets of locals are bits of a BigInt.
 */

import binaryen from "binaryen";

/** Fields of an expression's info that are expressions themselves. */
const OPERANDS = [
  ...["value", "ptr", "condition", "left", "right", "ifTrue", "ifFalse", "expected"],
  ...["replacement", "timeout", "notifyCount", "body", "delta", "dest", "source", "size"],
];

/** The library knows nothing of a nop and an unreachable (binaryen 131). */
function infoOf(expression) {
  const id = binaryen.getExpressionId(expression);
  const isBare = id === binaryen.NopId || id === binaryen.UnreachableId;
  return isBare ? { id } : binaryen.getExpressionInfo(expression);
}

/** Every expression at and below `expression`. */
export function* expressionsOf(expression) {
  const info = infoOf(expression);
  yield info;
  const { id } = info;
  const lists = [info.operands ?? [], id === binaryen.BlockId ? info.children : []];
  const single = id === binaryen.ConstId ? [] : OPERANDS.map((name) => info[name]);
  for (const child of [...lists.flat(), ...single]) if (child) yield* expressionsOf(child);
}

/** `unwinds`: names of the functions that may unwind. */
export function forgetDeadLocals(module, name, unwinds) {
  const func = module.getFunction(name);
  const { body, params, vars } = binaryen.getFunctionInfo(func);
  const alive = new Map();
  let relevant = 0n;
  flow(body, 0n, new Map(), (call, after) => alive.set(call, after));
  for (const [call, after] of alive) {
    if (unwinds.has(infoOf(call).target)) relevant |= after | operands(call);
    else alive.delete(call);
  }
  const types = [...binaryen.expandType(params), ...vars];
  const zeros = (call) => {
    const dead = relevant & ~alive.get(call) & ~operands(call);
    return types.flatMap((type, index) =>
      dead & bit(index) ? [module.local.set(index, zeroOf(module, type))] : [],
    );
  };
  binaryen.Function.setBody(func, withZeros(module, body, alive, zeros));
}

/** Locals that the call reads: whoever makes it again needs them. */
function operands(call) {
  let read = 0n;
  for (const info of expressionsOf(call)) {
    if (info.id === binaryen.LocalGetId) read |= bit(info.index);
  }
  return read;
}

function bit(index) {
  return 1n << BigInt(index);
}

function zeroOf(module, type) {
  if (type === binaryen.i64) return module.i64.const(0n);
  if (type === binaryen.f64) return module.f64.const(0);
  if (type === binaryen.f32) return module.f32.const(0);
  return module.i32.const(0);
}

/** What is alive before the expression, if `after` is alive behind it. */
function flow(expression, after, labels, onCall) {
  const info = infoOf(expression);
  const into = (child, alive) => (child ? flow(child, alive, labels, onCall) : alive);
  switch (info.id) {
    case binaryen.BlockId:
      labels.set(info.name, after);
      return info.children.reduceRight((alive, child) => into(child, alive), after);
    case binaryen.IfId:
      return into(info.condition, into(info.ifTrue, after) | into(info.ifFalse, after));
    case binaryen.LoopId: {
      let before = 0n;
      while (true) {
        labels.set(info.name, before);
        const found = into(info.body, after) | before;
        if (found === before) return before;
        before = found;
      }
    }
    case binaryen.BreakId: {
      const target = labels.get(info.name);
      return into(info.value, into(info.condition, info.condition ? target | after : target));
    }
    case binaryen.SwitchId: {
      const targets = [...info.names, info.defaultName].map((name) => labels.get(name));
      return into(
        info.value,
        into(
          info.condition,
          targets.reduce((all, one) => all | one),
        ),
      );
    }
    case binaryen.ReturnId:
      return into(info.value, 0n);
    case binaryen.UnreachableId:
      return 0n;
    case binaryen.LocalSetId:
      return into(info.value, after & ~bit(info.index));
    case binaryen.LocalGetId:
      return after | bit(info.index);
    case binaryen.CallId:
      onCall(expression, after);
      return info.operands.reduceRight((alive, child) => into(child, alive), after);
    case binaryen.ConstId:
      return after;
    default:
      return OPERANDS.reduceRight((alive, name) => into(info[name], alive), after);
  }
}

function withZeros(module, expression, alive, zeros) {
  const info = infoOf(expression);
  const inside = (child) => (child ? withZeros(module, child, alive, zeros) : child);
  switch (info.id) {
    case binaryen.BlockId:
      return module.block(info.name, info.children.map(inside), info.type);
    case binaryen.IfId:
      return module.if(info.condition, inside(info.ifTrue), inside(info.ifFalse));
    case binaryen.LoopId:
      return module.loop(info.name, inside(info.body));
    default: {
      const isSet = info.id === binaryen.LocalSetId || info.id === binaryen.DropId;
      const call = isSet ? info.value : expression;
      if (!alive.has(call)) return expression;
      return module.block(null, [...zeros(call), expression]);
    }
  }
}
